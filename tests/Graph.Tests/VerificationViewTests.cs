using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;

namespace Slipway.Graph.Tests;

/// <summary>One table, each finding once, one verdict; JSON says the same.</summary>
public sealed class VerificationViewTests
{
    private static readonly Digest Index = Digest.Of("index"u8),
        Other = Digest.Of("other"u8);

    [Fact]
    public void What_passes_is_told_with_its_digest_places_and_signer()
    {
        ReleaseVerdict verdict = ReleaseVerdict.OfSame([At("quay.io/a/tiny", Index), At("docker.io/b/tiny", Index)]);
        Assert.Equal(
            $"""
            what              digest        verdict
            quay.io/a/tiny    {Index.Abbreviated}  verified
              linux/amd64     {Other.Abbreviated}  verified
            docker.io/b/tiny  {Index.Abbreviated}  verified
              linux/amd64     {Other.Abbreviated}  verified
            verified: {Index} at quay.io/a/tiny and docker.io/b/tiny, signed by somebody
            """,
            Shown(verdict)
        );
        verdict.RequirePassed();
        Assert.Equal("verified", Read(verdict).GetProperty("verdict").GetString());
    }

    [Fact]
    public void What_failed_comes_before_what_could_not_be_reached_and_the_same_finding_is_told_once()
    {
        RemoteException down = new(RemoteFault.TryAgain, "docker.io/b/tiny: 503");
        ReleaseVerdict verdict = ReleaseVerdict.OfSame([
            PlaceVerdict.Of("docker.io/b/tiny", down),
            At("quay.io/a/tiny", Index, FailureReason.SignatureMissing),
        ]);
        Assert.Equal(
            $"""
            what              digest        verdict
            docker.io/b/tiny  -             unreachable
            quay.io/a/tiny    {Index.Abbreviated}  signature-missing
              linux/amd64     {Other.Abbreviated}  signature-missing
            unreachable: docker.io/b/tiny: 503
            signature-missing: quay.io/a/tiny (index, linux/amd64): what was found
            failed: quay.io/a/tiny: signature-missing; nothing is known of docker.io/b/tiny
            """,
            Shown(verdict)
        );
        Assert.Equal("quay.io/a/tiny: signature-missing: what was found", Assert.Throws<ContentException>(verdict.RequirePassed).Message);

        ReleaseVerdict unknown = ReleaseVerdict.OfSame([At("quay.io/a/tiny", Index), PlaceVerdict.Of("docker.io/b/tiny", down)]);
        Assert.Same(down, Assert.Throws<RemoteException>(unknown.RequirePassed));
        Assert.EndsWith("unreachable: nothing is known of docker.io/b/tiny", Shown(unknown), StringComparison.Ordinal);
        Assert.Equal(
            ("unreachable", "docker.io/b/tiny: 503"),
            (
                Read(unknown).GetProperty("verdict").GetString(),
                Read(unknown).GetProperty("places")[1].GetProperty("unreachable").GetString()
            )
        );
    }

    [Fact]
    public void Another_digest_is_a_failure_of_its_own_beside_what_is_wrong_with_it()
    {
        ReleaseVerdict verdict = ReleaseVerdict.OfSame([
            At("quay.io/a/tiny", Index),
            At("docker.io/b/tiny", Other, FailureReason.SignatureMissing),
        ]);
        Assert.Equal(
            ["signature-missing", "signature-missing", "digest-differs-between-registries"],
            verdict.Failures.Select(failure => failure.Subject.Failure!.Value.Name())
        );
        Assert.Contains("  all registries  ", Shown(verdict), StringComparison.Ordinal);
        JsonElement differs = Read(verdict).GetProperty("places")[1].GetProperty("subjects")[2];
        Assert.Equal(
            ("digest-differs-between-registries", $"quay.io/a/tiny has {Index}, docker.io/b/tiny has {Other}"),
            (differs.GetProperty("failure").GetString(), differs.GetProperty("text").GetString())
        );
        Assert.False(Read(verdict).GetProperty("places")[1].GetProperty("passed").GetBoolean());
    }

    [Fact]
    public void Nothing_is_no_pass()
    {
        Assert.Throws<ContentException>(new ReleaseVerdict([]).RequirePassed);
        Assert.False(new ReleaseVerdict(default).Passed);
    }

    private static PlaceVerdict At(string place, Digest digest, FailureReason? failure = null)
    {
        SubjectVerdict index = new()
        {
            Digest = digest,
            Failure = failure,
            Text = failure is null ? "signed by somebody" : "what was found",
        };
        return PlaceVerdict.Of(new VerificationResult(place, [index, index with { Digest = Other, Platform = Platform.LinuxAmd64 }]));
    }

    private static string Shown(ReleaseVerdict verdict)
    {
        using StringWriter log = new(),
            output = new();
        VerificationView.Show(new Report(log, output, plain: true), verdict);
        Assert.Empty(log.ToString());
        return string.Join('\n', output.ToString().Split('\n').Select(line => line.TrimEnd())).Trim();
    }

    private static JsonElement Read(ReleaseVerdict verdict) => JsonDocument.Parse(VerificationView.Json(verdict)).RootElement;
}
