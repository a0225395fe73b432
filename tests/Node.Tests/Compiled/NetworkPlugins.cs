using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>The CNI plugins that flannel-cni holds, static, compiled from Debian's sources: Debian's own programs are dynamic.</summary>
internal static class NetworkPlugins
{
    public const string Version = "v1.1.1";
    private const string Package = "github.com/containernetworking/plugins";

    private static string[] Programs { get; } =
    [
        "./plugins/ipam/host-local",
        "./plugins/main/bridge",
        "./plugins/main/loopback",
        "./plugins/meta/bandwidth",
        "./plugins/meta/portmap",
        "./plugins/meta/tuning",
    ];

    /// <summary>The folder that holds them.</summary>
    public static Task<string> CompileAsync(string architecture)
    {
        string state = DebianSource.StateOf([DebianSource.Plugins, .. DebianSource.PluginLibraries], string.Join(' ', Programs));
        return TestCache.FolderAsync(Path.Combine(TestCache.Peers, $"cni-plugins-{Version}-{architecture}-{state}"), async made =>
        {
            using GoCompiler go = await GoCompiler.GetAsync();
            await go.AddSourceAsync(DebianSource.Plugins, Package);
            foreach (LockedFile library in DebianSource.PluginLibraries)
                await go.AddLibraryAsync(library);
            await go.CompileAsync(
                Package,
                Programs,
                [KeyValuePair.Create($"{Package}/pkg/utils/buildversion.BuildVersion", Version)],
                (architecture, made)
            );
        });
    }
}
