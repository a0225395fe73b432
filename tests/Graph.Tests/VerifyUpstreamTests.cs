using System.Net;
using Slipway.Definitions;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// <c>Fetch --verify-upstream</c> as its users run it, with an authority and a log of the tests' own.
/// </summary>
public sealed class VerifyUpstreamTests : IAsyncLifetime
{
    private const string Identity = "release@example.test",
        Issuer = "https://accounts.example.test";

    private SigstoreStandIn _sigstore = null!;
    private ScratchRepository _repository = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Folder => _repository.At("images", UpstreamImage.Name);

    public async ValueTask InitializeAsync()
    {
        _sigstore = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));
        await MakeAsync("a");
    }

    public async ValueTask DisposeAsync()
    {
        await _sigstore.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task Without_a_log_all_else_is_verified_and_it_says_what_is_not_proven()
    {
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        ChildResult fetched = (await FetchAsync()).Require();
        Assert.Contains(
            $"tools amd64: a v1.0.0: signed by the key of a certificate for {Identity}; the transparency log was not queried, so when it "
                + "was used is not proven: ",
            fetched.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"tools: a v1.0.0: signature unverified-no-log (by certificate), wanted {Identity} of {Issuer}; the lock says nothing",
            fetched.Error,
            StringComparison.Ordinal
        );
        (await FetchAsync("--offline")).Require();
    }

    /// <summary>Anybody can make a certificate in anybody's name.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_by_no_authority_that_is_believed_is_refused_with_a_log_and_without(bool offline)
    {
        (await FetchAsync()).Require();
        using SigningAuthority stranger = new(new PastClock(TimeSpan.FromDays(100)));
        Write("a", SignedBlob.Sign(stranger, File.ReadAllBytes(PathOf("")), new SigningSubject(Issuer, Identity)));
        Assert.Contains(
            "certificate-untrusted: the certificate was not issued by any of the 1 authorities",
            (await FetchAsync(offline ? ["--offline"] : [])).Require(65).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_the_lock_says_was_verified_must_be_verified_again_also_from_the_cache()
    {
        await LockAsync(new LockedSignature(SignatureState.Verified, LockedSignature.ByLog, new UpstreamSigner(Identity, Issuer)));
        Assert.Contains("signature verified (by transparency-log)", (await FetchAsync()).Require().Error, StringComparison.Ordinal);
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        Assert.Contains(
            "the lock says verified, but the transparency log could not be queried again",
            (await FetchAsync()).Require(75).Error,
            StringComparison.Ordinal
        );
        _sigstore.Outage = null;
        Publish(Identity, logged: false);
        Assert.Contains(
            "the signature is in no transparency log that the trusted root names",
            (await FetchAsync()).Require(65).Error,
            StringComparison.Ordinal
        );
        (await RunAsync("Fetch")).Require();
    }

    [Fact]
    public async Task A_network_that_is_not_there_is_waited_for_once()
    {
        _repository.Dispose();
        await MakeAsync("a", "b");
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        ChildResult fetched = (await FetchAsync()).Require();
        Assert.Equal(
            2,
            fetched.Error.Split('\n').Count(line => line.Contains("the transparency log was not queried", StringComparison.Ordinal))
        );
        Assert.InRange(_sigstore.Requests, 1, 6);
    }

    [Fact]
    public async Task A_wrong_or_missing_signature_is_wrong_data_unless_the_lock_says_that_it_was_accepted()
    {
        Publish("other@example.test");
        Assert.Contains(
            $"signed by another identity: wanted {Identity}, got other@example.test",
            (await FetchAsync()).Require(65).Error,
            StringComparison.Ordinal
        );
        File.Delete(PathOf(".cert"));
        Assert.Contains("a-amd64.cert: no such file", (await FetchAsync()).Require(65).Error, StringComparison.Ordinal);
        await LockAsync(
            new LockedSignature(
                SignatureState.AcceptedUnsigned,
                LockedSignature.ByCommandLine,
                new UpstreamSigner(Identity, Issuer),
                LockedSignature.Missing
            )
        );
        Assert.Contains("; the lock says accepted-unsigned", (await FetchAsync()).Require().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_about_another_signer_does_not_fit()
    {
        await LockAsync(
            new LockedSignature(SignatureState.Verified, LockedSignature.ByLog, new UpstreamSigner("other@example.test", Issuer))
        );
        Assert.Contains("a signer wanted", (await RunAsync("Fetch")).Require(78).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assemble_tells_of_what_was_accepted_unsigned()
    {
        await LockAsync(
            new LockedSignature(
                SignatureState.AcceptedUnsigned,
                LockedSignature.ByCommandLine,
                new UpstreamSigner(Identity, Issuer),
                LockedSignature.Wrong
            )
        );
        ChildResult assembled = (await RunAsync("Assemble")).Require();
        Assert.Contains(
            "tools: a v1.0.0: signature accepted-unsigned (by --accept-unsigned-upstream-unsafe, it is wrong)",
            assembled.Error,
            StringComparison.Ordinal
        );
    }

    private async Task MakeAsync(params string[] files)
    {
        _repository = await UpstreamImage.CreateAsync([.. files.Select(file => (file, 1000))]);
        string definition = Path.Combine(Folder, ImageDefinition.FileName),
            text = await File.ReadAllTextAsync(definition, Stop);
        await File.WriteAllTextAsync(
            definition,
            text.Replace(
                "    limitMiB:",
                $"    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n    limitMiB:",
                StringComparison.Ordinal
            ),
            Stop
        );
        foreach (string file in files)
            Publish(Identity, file);
    }

    private Task<ChildResult> FetchAsync(params string[] more) => RunAsync(["Fetch", "--verify-upstream", .. more]);

    private Task<ChildResult> RunAsync(params string[] arguments)
    {
        SlipwayCommand slipway = _repository.Slipway with { Cache = _repository.Beside("cache") };
        return slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path, "--trusted-root", _sigstore.TrustedRoot]);
    }

    private string PathOf(string ending, string file = "a") => _repository.Mirror.PathOf(UpstreamImage.Address(file)) + ending;

    private void Publish(string identity, string file = "a", bool logged = true) =>
        Write(file, _sigstore.Sign(File.ReadAllBytes(PathOf("", file)), new SigningSubject(Issuer, identity), logged));

    private void Write(string file, SignedBlob blob)
    {
        File.WriteAllText(PathOf(".sig", file), blob.Signature);
        File.WriteAllText(PathOf(".cert", file), blob.Certificate);
    }

    private async Task LockAsync(LockedSignature signature)
    {
        ImageLock locked = await ImageLockFile.ReadAsync(Folder, Stop);
        await ImageLockFile.WriteAsync(
            Folder,
            locked with
            {
                Upstream = [.. locked.Upstream.Select(file => file with { Signature = signature })],
            },
            Stop
        );
    }
}
