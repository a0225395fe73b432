using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// A real kubelet and kubectl, compiled from Debian's source package once per machine: that takes ten minutes of a small one, so tests
/// that need them run only where they are in the cache already or <c>Test --thorough</c> asks for them.
/// </summary>
internal static class KubernetesPrograms
{
    public const string Version = "v1.20.2";
    private const string Package = "k8s.io/kubernetes";

    private static KeyValuePair<string, string>[] Variables { get; } =
    [
        .. from package in (string[])["component-base/version", "client-go/pkg/version"]
        from variable in new[] { ("gitVersion", Version), ("gitMajor", "1"), ("gitMinor", "20"), ("gitTreeState", "archive") }
        select KeyValuePair.Create($"{Package}/vendor/k8s.io/{package}.{variable.Item1}", variable.Item2),
    ];

    /// <summary>The folder that holds <c>kubelet</c> and <c>kubectl</c>; the test is skipped where they are not to be compiled.</summary>
    public static async Task<string> RequireAsync(string architecture)
    {
        string folder = FolderOf(architecture);
        if (!Directory.Exists(folder) && !Thoroughness.IsWanted)
            Assert.Skip(
                $"a node: no kubelet {Version} for {architecture} was compiled on this machine yet, which takes ten minutes; run "
                    + "./build.sh Test --test-projects Node.Tests --thorough once"
            );
        return await TestCache.FolderAsync(folder, async made =>
        {
            using GoCompiler go = await GoCompiler.GetAsync();
            await go.AddSourceAsync(DebianSource.Kubernetes, Package);
            await go.CompileAsync(Package, ["./cmd/kubelet", "./cmd/kubectl"], Variables, (architecture, made));
        });
    }

    public static string FolderOf(string architecture) =>
        Path.Combine(
            TestCache.Peers,
            $"kubernetes-{Version}-{architecture}-{DebianSource.StateOf([DebianSource.Kubernetes], string.Join(' ', Variables))}"
        );
}
