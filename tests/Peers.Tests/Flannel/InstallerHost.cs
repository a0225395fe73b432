using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The two folders of a host that the installer of flannel-cni writes to.</summary>
public sealed class InstallerHost : IDisposable
{
    public const string Configuration = "{\"cniVersion\":\"0.3.1\",\"name\":\"cbr0\",\"plugins\":[]}";

    private readonly ScratchFolder _folder = new();

    public InstallerHost()
    {
        Plugins = _folder.Folder("bin");
        Networks = _folder.Folder("net");
    }

    public string Plugins { get; }

    public string Networks { get; }

    /// <summary>Both folders, mounted as the old image's DaemonSet does, and a configuration.</summary>
    public RootRun Run =>
        new()
        {
            Mounts = [new HostMount(Plugins, "/opt/cni/bin"), new HostMount(Networks, "/etc/cni/net.d")],
            Variables = new Dictionary<string, string> { ["CNI_NETWORK_CONFIG"] = Configuration },
        };

    public string At(params string[] parts) => _folder.At(parts);

    public string Folder(params string[] parts) => _folder.Folder(parts);

    /// <summary>Every file of both folders by its name, hidden ones too.</summary>
    public IEnumerable<string> Names =>
        Directory
            .EnumerateFiles(Plugins)
            .Concat(Directory.EnumerateFiles(Networks))
            .Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal);

    /// <summary>
    /// Fails the test unless every plugin of a root is here as it is there, the configuration is, and nothing is unfinished.
    /// </summary>
    public void RequireInstalled(UnpackedRoot root)
    {
        ArgumentNullException.ThrowIfNull(root);
        string[] wanted = [.. Directory.EnumerateFiles(Path.Combine(root.Path, "opt/cni/bin"))];
        Assert.NotEmpty(wanted);
        foreach (string plugin in wanted)
        {
            string installed = Path.Combine(Plugins, Path.GetFileName(plugin));
            Assert.True(File.ReadAllBytes(plugin).AsSpan().SequenceEqual(File.ReadAllBytes(installed)), $"{installed} is not {plugin}");
            Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(installed));
        }

        string configuration = Path.Combine(Networks, "10-flannel.conflist");
        Assert.Equal(Configuration + "\n", File.ReadAllText(configuration));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(configuration));
        Assert.DoesNotContain(Names, name => name.Contains("slipway-new", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();
}
