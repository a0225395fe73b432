using System.Net;
using Slipway.Definitions;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Lock and Fetch about a file that its project signs without a key: a Sigstore of the tests' own in place of the public one, of which a
/// real cosign says the same.
/// </summary>
public sealed class UpstreamSignatureTests : IAsyncLifetime
{
    private const string Identity = "release@example.test",
        Issuer = "https://accounts.example.test";

    private readonly ScratchFolder _folder = new();
    private PeerProgram _cosign = null!;
    private ScratchRepository _repository = null!;
    private SigstoreStandIn _sigstore = null!;
    private SlipwayCommand _slipway = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        _sigstore = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));
        _repository = await ScratchRepository.CreateAsync();
        SmallImage.Add(_repository);
        string definition = _repository.At("images", SmallImage.Name, "image.yaml");
        await File.WriteAllTextAsync(
            definition,
            (await File.ReadAllTextAsync(definition, Stop)).Replace(
                "    limitMiB: 400\n",
                $"    limitMiB: 400\n    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n",
                StringComparison.Ordinal
            ),
            Stop
        );
        _slipway = _repository.Slipway;
        Publish(logged: true);
    }

    public async ValueTask DisposeAsync()
    {
        await _sigstore.DisposeAsync();
        _repository.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_upstream_signed_is_verified_with_the_log_and_a_later_fetch_wants_no_less()
    {
        (await RunAsync("Lock")).Require();
        Assert.Equal((SignatureState.Verified, "transparency-log", Identity), await LockedAsync());
        ChildResult again = (await RunAsync("Fetch", "--verify-upstream")).Require();
        Assert.Contains(
            $"small: tool v1.2.3: signature verified (by transparency-log), wanted {Identity} of {Issuer}; the lock says verified",
            again.Error,
            StringComparison.Ordinal
        );

        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        ChildResult worse = (await RunAsync("Fetch", "--verify-upstream")).Require(75);
        Assert.Contains("the transparency log was not queried", worse.Error, StringComparison.Ordinal);
        Assert.Contains(
            "the lock says verified, but the transparency log could not be queried again",
            worse.Error,
            StringComparison.Ordinal
        );

        _sigstore.Outage = null;
        File.Delete(PathOf("arm64", ".sig"));
        Assert.Contains(
            "small arm64: tool v1.2.3: signature: ",
            (await RunAsync("Fetch", "--verify-upstream")).Require(65).Error,
            StringComparison.Ordinal
        );
        (await RunAsync("Fetch")).Require();
    }

    /// <summary>Of the same files in the same instance, ours and cosign's verdicts are one.</summary>
    [Theory]
    [InlineData(true, true, Identity)]
    [InlineData(true, false, Identity)]
    [InlineData(false, true, Identity)]
    [InlineData(true, true, "other@example.test")]
    public async Task Cosign_says_the_same(bool logged, bool hasTimestamp, string identity)
    {
        string file = PathOf("amd64", "");
        foreach (string architecture in (string[])["amd64", "arm64"])
            Write(
                architecture,
                _sigstore.Sign(
                    File.ReadAllBytes(PathOf(architecture, "")),
                    new SigningSubject(Issuer, identity) { HasTimestamp = hasTimestamp },
                    logged
                )
            );
        ChildResult theirs = await (
            _cosign.With([
                "verify-blob",
                .. _sigstore.LogArguments,
                "--signature",
                file + ".sig",
                "--certificate",
                file + ".cert",
                "--certificate-identity",
                Identity,
                "--certificate-oidc-issuer",
                Issuer,
                file,
            ]) with
            {
                Variables = _sigstore.Variables,
            }
        ).RunAsync();
        Assert.Equal(logged && hasTimestamp && identity == Identity, theirs.ExitCode == 0);
        Assert.Equal(theirs.ExitCode == 0, (await RunAsync("Lock")).ExitCode == 0);
    }

    [Fact]
    public async Task Without_a_log_the_state_is_unverified_and_becomes_better_where_there_is_one()
    {
        _sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        ChildResult locked = (await RunAsync("Lock")).Require();
        Assert.Equal((SignatureState.UnverifiedNoLog, "certificate", Identity), await LockedAsync());
        Assert.Contains(
            "the transparency log was not queried, so when it was used is not proven: ",
            locked.Error,
            StringComparison.Ordinal
        );
        _sigstore.Outage = null;
        Assert.Contains(
            "signature verified (by transparency-log)",
            (await RunAsync("Fetch", "--verify-upstream")).Require().Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_the_log_never_saw_stops_the_lock_unless_the_command_line_accepts_it()
    {
        Publish(logged: false);
        ChildResult refused = (await RunAsync("Lock")).Require(65);
        Assert.Contains("the signature is in no transparency log that the trusted root names", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--accept-unsigned-upstream-unsafe", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_repository.At("images", SmallImage.Name, ImageLock.FileName)));
        SlipwayCommand quiet = _slipway with
        {
            Variables = new Dictionary<string, string?>(_slipway.Variables)
            {
                ["SLIPWAY_ACCEPT_UNSIGNED_UPSTREAM_UNSAFE"] = "true",
                ["SLIPWAY_TRUSTED_ROOT"] = _sigstore.TrustedRoot,
            },
        };
        Assert.NotEqual(0, (await quiet.RunAsync("Lock", "--upstream-mirror", _repository.Mirror.Path)).ExitCode);

        (await RunAsync("Lock", "--accept-unsigned-upstream-unsafe")).Require();
        Assert.Equal((SignatureState.AcceptedUnsigned, "--accept-unsigned-upstream-unsafe", Identity), await LockedAsync());
        Assert.Contains(
            "the lock says accepted-unsigned",
            (await RunAsync("Fetch", "--verify-upstream")).Require().Error,
            StringComparison.Ordinal
        );
    }

    private Task<ChildResult> RunAsync(params string[] arguments) =>
        _slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path, "--trusted-root", _sigstore.TrustedRoot]);

    private string PathOf(string architecture, string ending) => _repository.Mirror.PathOf(SmallImage.Upstream(architecture)) + ending;

    private void Publish(bool logged)
    {
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            Write(architecture, _sigstore.Sign(File.ReadAllBytes(PathOf(architecture, "")), new SigningSubject(Issuer, Identity), logged));
        }
    }

    private void Write(string architecture, SignedBlob blob)
    {
        File.WriteAllText(PathOf(architecture, ".sig"), blob.Signature);
        File.WriteAllText(PathOf(architecture, ".cert"), blob.Certificate);
    }

    private async Task<(SignatureState State, string By, string Identity)> LockedAsync()
    {
        LockedSignature signature = (await ImageLockFile.ReadAsync(_repository.At("images", SmallImage.Name), Stop))
            .Upstream.Single()
            .Signature!;
        return (signature.State, signature.By, signature.Signer.Identity);
    }
}
