using System.Net;
using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Peers.Tests;

/// <summary>
/// What we have cosign say of signatures beside files, by the tests' own Sigstore: yes, no, and that nobody could be asked.
/// </summary>
public sealed class CosignLookupTests : IAsyncLifetime
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
        CosignLookup lookup = await LookupAsync();
        SignedFile file = File("content", Signed("content"));
        Assert.Null(await lookup.RefusalAsync(file, Stop));
        Assert.Contains(
            "none of the expected identities matched",
            await lookup.RefusalAsync(file with { Identity = "other@example.test" }, Stop),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "none of the expected identities matched",
            await lookup.RefusalAsync(file with { Issuer = "https://other.example.test" }, Stop),
            StringComparison.Ordinal
        );
        // The log knows no such entry, which is all that cosign says of it.
        Assert.NotNull(await lookup.RefusalAsync(File("other content", Signed("content")), Stop));
        Assert.Contains(
            "signature not found in transparency log",
            await lookup.RefusalAsync(File("content", Signed("content", logged: false)), Stop),
            StringComparison.Ordinal
        );
        await using SigstoreStandIn stranger = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));
        Assert.NotNull(await lookup.RefusalAsync(File("content", stranger.Sign("content"u8, new SigningSubject(Issuer, Identity))), Stop));
    }

    [Theory]
    [InlineData("COSIGN_INSECURE_IGNORE_TLOG")]
    [InlineData("COSIGN_OFFLINE")]
    public async Task Nothing_in_the_environment_makes_it_ask_for_less(string variable)
    {
        // A certificate that is valid now, so that nothing but the log is in the way of what the log does not know.
        await _sigstore.DisposeAsync();
        _sigstore = await SigstoreStandIn.StartAsync();
        CosignLookup lookup = await LookupAsync(new() { [variable] = "true" });
        Assert.Null(await lookup.RefusalAsync(File("content", Signed("content")), Stop));
        Assert.NotNull(await lookup.RefusalAsync(File("content", Signed("content", logged: false)), Stop));
    }

    [Fact]
    public async Task A_certificate_that_no_certificate_log_saw_does_not_hold_whatever_the_environment_says()
    {
        CosignLookup lookup = await LookupAsync(new() { ["COSIGN_INSECURE_IGNORE_SCT"] = "true" });
        SignedBlob blob = _sigstore.Sign("content"u8, new SigningSubject(Issuer, Identity) { HasTimestamp = false });
        Assert.Contains("SCT", await lookup.RefusalAsync(File("content", blob), Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_pattern_in_the_environment_takes_the_place_of_the_identity()
    {
        CosignLookup lookup = await LookupAsync(
            new() { ["COSIGN_CERTIFICATE_IDENTITY_REGEXP"] = ".*", ["COSIGN_CERTIFICATE_OIDC_ISSUER_REGEXP"] = ".*" }
        );
        SignedFile file = File("content", Signed("content"));
        Assert.Null(await lookup.RefusalAsync(file, Stop));
        Assert.NotNull(await lookup.RefusalAsync(file with { Identity = "other@example.test" }, Stop));
    }

    [Fact]
    public async Task An_outage_of_the_log_is_no_refusal()
    {
        SignedFile file = File("content", Signed("content"));
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(async () =>
            await (await LookupAsync(new() { ["COSIGN_REKOR_URL"] = "http://127.0.0.1:1" })).RefusalAsync(file, Stop)
        );
        Assert.StartsWith("cosign verify-blob could not query the log at 127.0.0.1", e.Message, StringComparison.Ordinal);
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        e = await Assert.ThrowsAsync<RemoteException>(async () => await (await LookupAsync()).RefusalAsync(file, Stop));
        Assert.StartsWith("cosign verify-blob could not query the log at 127.0.0.1", e.Message, StringComparison.Ordinal);
    }

    private SignedBlob Signed(string content, bool logged = true) =>
        _sigstore.Sign(System.Text.Encoding.UTF8.GetBytes(content), new SigningSubject(Issuer, Identity), logged);

    private SignedFile File(string content, SignedBlob blob) =>
        new(_folder.Write("file", content), Convert.FromBase64String(blob.Signature), blob.Pem, Identity, Issuer);

    private async Task<CosignLookup> LookupAsync(Dictionary<string, string?>? more = null)
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        Dictionary<string, string?> variables = new(_sigstore.Variables) { ["COSIGN_REKOR_URL"] = _sigstore.Address };
        foreach ((string name, string? value) in more ?? [])
            variables[name] = value;
        HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        return new CosignLookup(
            await CosignProgram.FindAsync(null, Stop, cosign.WriteScript(_folder, variables)),
            transport,
            new Uri(variables["COSIGN_REKOR_URL"]!)
        )
        {
            HasRoots = true,
        };
    }
}
