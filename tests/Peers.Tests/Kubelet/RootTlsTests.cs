using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The unpacked kubelet image's programs trust whom its bundle of authorities says, and no one else.</summary>
[Collection(ReleasedImages.Name)]
public sealed class RootTlsTests(ReleaseFixture fixture)
{
    private const string Bundle = "etc/ssl/certs/ca-certificates.crt";

    [Theory]
    [InlineData("amd64", "socat")]
    [InlineData("arm64", "socat")]
    [InlineData("amd64", "kubectl")]
    [InlineData("arm64", "kubectl")]
    public async Task A_server_is_trusted_when_its_authority_is_added_to_the_bundle_and_refused_otherwise(
        string architecture,
        string program
    )
    {
        ImageRoot root = await (await fixture.GetAsync()).RootAsync("kubelet", architecture) with { SharesNetwork = true };
        await using HttpsTextServer server = HttpsTextServer.Start("well met");
        using ScratchFolder files = new();
        files.Write("files/" + Bundle, await File.ReadAllTextAsync(Path.Combine(root.Path, Bundle)) + server.Authority);
        string line =
            program == "socat"
                ? $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | socat -t 10 - OPENSSL:{server.Host},verify=1"
                : $"kubectl --kubeconfig=/dev/null --token=none --server=https://{server.Host} --request-timeout=30s get --raw /";

        ChildResult refused = await root.ShellAsync(line);
        ChildResult trusted = (await (root with { Over = files.At("files") }).ShellAsync(line)).Require();

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Matches("certificate verify failed|certificate signed by unknown authority", refused.Error);
        Assert.DoesNotContain("well met", refused.Output, StringComparison.Ordinal);
        Assert.Contains("well met", trusted.Output, StringComparison.Ordinal);
    }
}
