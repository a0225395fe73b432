using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Definitions;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>
/// <c>Fetch --verify-upstream</c> as its users run it, without cosign and with a stand-in of it that says what a test says. Real ones are
/// in the peers' tests.
/// </summary>
public sealed class VerifyUpstreamTests : IAsyncLifetime
{
    private const string Identity = "release@example.test",
        Issuer = "https://accounts.example.test";

    private readonly ScratchFolder _programs = new();
    private readonly SigningAuthority _authority = new(new PastClock(TimeSpan.FromDays(100)));
    private ScratchRepository _repository = null!;

    /// <summary>The transparency log's address; nobody is there unless a test puts somebody there.</summary>
    private string _log = "http://log.invalid";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Folder => _repository.At("images", UpstreamImage.Name);

    public async ValueTask InitializeAsync() => await MakeAsync("a");

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        _authority.Dispose();
        _programs.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Without_cosign_the_files_alone_are_judged_and_it_says_what_is_not_proven()
    {
        ChildResult fetched = (await FetchAsync()).Require();
        Assert.Contains(
            $"tools amd64: a v1.0.0: signed by the key of a certificate for {Identity}; the transparency log was not queried",
            fetched.Error,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "issuer and time of use are not proven: cosign: the program was not found; nothing was signed or verified",
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

    [Fact]
    public async Task What_the_lock_says_was_verified_must_be_verified_again_also_from_the_cache()
    {
        await LockAsync(new LockedSignature(SignatureState.Verified, LockedSignature.ByCosign, new UpstreamSigner(Identity, Issuer)));
        Assert.Contains(
            "the lock says verified, but the transparency log could not be queried again",
            (await FetchAsync()).Require(75).Error,
            StringComparison.Ordinal
        );
        string asked = StandIn("exit 0");
        Assert.Contains("signature verified (by cosign)", (await FetchAsync()).Require().Error, StringComparison.Ordinal);
        Assert.Equal(
            1,
            (await File.ReadAllLinesAsync(asked, Stop)).Count(line =>
                line.StartsWith("verify-blob ", StringComparison.Ordinal)
                && line.Contains("--insecure-ignore-tlog=false", StringComparison.Ordinal)
                && line.Contains($"--certificate-identity {Identity} --certificate-oidc-issuer {Issuer} ", StringComparison.Ordinal)
            )
        );
        StandIn("echo 'Error: signature not found in transparency log' >&2; exit 1");
        Assert.Contains("could not be queried again", (await FetchAsync()).Require(75).Error, StringComparison.Ordinal);
        await using WebApplication log = await StartLogAsync();
        Assert.Contains(
            "cosign verify-blob refuses it. Its output: Error: signature not found in transparency log",
            (await FetchAsync()).Require(65).Error,
            StringComparison.Ordinal
        );
        (await RunAsync("Fetch")).Require();
    }

    [Theory]
    [InlineData("dial tcp: lookup rekor.sigstore.dev: no such host")]
    [InlineData("searching log query: [POST /api/v1/log/entries/retrieve][503] searchLogQuery default")]
    [InlineData("context deadline exceeded")]
    public async Task A_network_that_is_not_there_is_no_refusal(string said)
    {
        StandIn($"echo 'Error: {said}' >&2; exit 1");
        ChildResult fetched = (await FetchAsync()).Require();
        Assert.Contains("cosign verify-blob could not query the log at log.invalid: ", fetched.Error, StringComparison.Ordinal);
        Assert.Contains($"Its output: Error: {said}", fetched.Error, StringComparison.Ordinal);
        Assert.Contains("signature unverified-no-log", fetched.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_not_there_is_waited_for_once()
    {
        _repository.Dispose();
        await MakeAsync("a", "b");
        string asked = StandIn("echo 'Error: dial tcp: i/o timeout' >&2; exit 1");
        ChildResult fetched = (await FetchAsync()).Require();
        Assert.Equal(
            2,
            fetched.Error.Split('\n').Count(line => line.Contains("the transparency log was not queried", StringComparison.Ordinal))
        );
        Assert.Single(await File.ReadAllLinesAsync(asked, Stop), line => line.StartsWith("verify-blob ", StringComparison.Ordinal));
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
            new LockedSignature(SignatureState.Verified, LockedSignature.ByCosign, new UpstreamSigner("other@example.test", Issuer))
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

    /// <summary>A log that is there: it says what its key is.</summary>
    private async Task<WebApplication> StartLogAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication log = builder.Build();
        log.MapGet("/api/v1/log/publicKey", () => "a key");
        await log.StartAsync(Stop);
        _log = log.Urls.Single();
        return log;
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
        SlipwayCommand slipway = _repository.Slipway with
        {
            Cache = _repository.Beside("cache"),
            Variables = new Dictionary<string, string?>(_repository.Slipway.Variables)
            {
                ["PATH"] = _programs.Path,
                ["COSIGN_REKOR_URL"] = _log,
                ["SIGSTORE_ROOT_FILE"] = _repository.Key.Public,
            },
        };
        return slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path]);
    }

    /// <summary>A cosign that is new enough and does this to verify; returns the file of what it was asked.</summary>
    private string StandIn(string verify)
    {
        string asked = _programs.At("asked");
        ProgramFile.Write(
            _programs.At("cosign"),
            $"""
            #!/bin/sh
            echo "$@" >>'{asked}'
            if [ "$1" = version ]; then echo '"gitVersion": "v2.5.0"'; exit 0; fi
            {verify}

            """
        );
        return asked;
    }

    private string PathOf(string ending, string file = "a") => _repository.Mirror.PathOf(UpstreamImage.Address(file)) + ending;

    private void Publish(string identity, string file = "a")
    {
        SignedBlob blob = SignedBlob.Sign(_authority, File.ReadAllBytes(PathOf("", file)), new SigningSubject(Issuer, identity));
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
