using System.Net;
using System.Text;
using Slipway.Http;
using Slipway.Sigstore;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Trust.Tests;

/// <summary>
/// Signatures beside files, verified with a log of the tests' own: yes, no, and that nobody could be asked.
/// </summary>
public sealed class RekorLookupTests : IAsyncLifetime
{
    private const string Identity = "release@example.test",
        Issuer = "https://accounts.example.test";

    private readonly ScratchFolder _folder = new();
    private SigstoreStandIn _sigstore = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _sigstore = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));

    public async ValueTask DisposeAsync()
    {
        await _sigstore.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_expired_certificate_that_the_log_saw_in_time_holds_and_nothing_else_does()
    {
        RekorLookup lookup = Lookup();
        SignedFile file = File("content", Signed("content"));
        Assert.Null(await lookup.RefusalAsync(file, Stop));
        await RefusedAsync("identity-mismatch", lookup, file with { Identity = "other@example.test" });
        await RefusedAsync("issuer-mismatch", lookup, file with { Issuer = "https://other.example.test" });
        await RefusedAsync("signature-invalid", lookup, File("other content", Signed("content")));
        await RefusedAsync("in no transparency log", lookup, File("content", Signed("content", logged: false)));
        await using SigstoreStandIn stranger = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));
        await RefusedAsync(
            "certificate-untrusted",
            lookup,
            File("content", stranger.Sign("content"u8, new SigningSubject(Issuer, Identity)))
        );
    }

    /// <summary>What the log holds may be somebody else's who took the certificate later.</summary>
    [Fact]
    public async Task A_certificate_that_was_used_too_late_does_not_hold()
    {
        await _sigstore.DisposeAsync();
        MovableClock clock = new(DateTimeOffset.UtcNow.AddDays(-100));
        _sigstore = await SigstoreStandIn.StartAsync(clock);
        SignedBlob early = Signed("early", logged: false);
        clock.Now += TimeSpan.FromHours(1);
        _sigstore.LogSignature("early"u8, early);
        await RefusedAsync("certificate-expired", Lookup(), File("early", early));
    }

    [Fact]
    public async Task A_certificate_that_no_certificate_log_saw_does_not_hold()
    {
        SignedBlob blob = _sigstore.Sign("content"u8, new SigningSubject(Issuer, Identity) { HasTimestamp = false });
        await RefusedAsync("certificate-timestamp-missing", Lookup(), File("content", blob));
    }

    [Fact]
    public async Task An_outage_of_the_log_is_no_refusal_and_what_is_wrong_anyway_is_refused_all_the_same()
    {
        SignedFile file = File("content", Signed("content"));
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => Lookup().RefusalAsync(file, Stop));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Contains("127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.Null(await Lookup().RefusalWithoutLogAsync(file, Stop));
        await RefusedAsync("identity-mismatch", Lookup(), file with { Identity = "other@example.test" });
    }

    private static async Task RefusedAsync(string why, RekorLookup lookup, SignedFile file) =>
        Assert.Contains(why, await lookup.RefusalAsync(file, Stop), StringComparison.Ordinal);

    private SignedBlob Signed(string content, bool logged = true) =>
        _sigstore.Sign(Encoding.UTF8.GetBytes(content), new SigningSubject(Issuer, Identity), logged);

    private SignedFile File(string content, SignedBlob blob) =>
        new(_folder.Write("file", content), Convert.FromBase64String(blob.Signature), blob.Pem, Identity, Issuer);

    private RekorLookup Lookup() =>
        new(
            new HttpTransport(HttpTransport.NewHandler(), new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { }),
            TrustedRoot.Parse(System.IO.File.ReadAllBytes(_sigstore.TrustedRoot))
        );

    private sealed class MovableClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
