using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Peers.Tests;

/// <summary>
/// The kubelet image's definition with nothing left out, of one platform and of Debian's packages alone: with the
/// alternatives of programs and manuals that the image itself leaves out, and with Debian's own choice of iptables.
/// </summary>
internal static class FullDefinition
{
    private static readonly string[] Filters =
    [
        "iptables",
        "iptables-restore",
        "iptables-save",
        "ip6tables",
        "ip6tables-restore",
        "ip6tables-save",
    ];

    /// <summary>Languages in which debianutils has a manual of which(1).</summary>
    private static readonly string[] Languages = ["de", "es", "fr", "it", "ja", "pl", "sl"];

    public static ImageDefinition Of(ImageDefinition definition, Platform platform)
    {
        LayerDefinition[] packaged = [.. definition.Layers.Where(layer => !layer.Packages.IsEmpty)];
        return definition with
        {
            Platforms = [platform],
            Debian = definition.Debian with { Essential = true, Without = [] },
            Exclude = [],
            Upstream = [],
            Layers = [.. packaged.Select(layer => Full(layer, platform, isLast: layer == packaged[^1]))],
        };
    }

    private static LayerDefinition Full(LayerDefinition layer, Platform platform, bool isLast) =>
        layer with
        {
            Upstream = [],
            Files = [.. layer.Files.Where(file => !IsFilter(file.To))],
            Links = [.. layer.Links.Where(link => !IsFilter(link.Path))],
            Alternatives = [.. layer.Alternatives, .. isLast ? Alternatives(platform) : []],
        };

    private static bool IsFilter(string path) => Filters.Any(name => path == $"usr/sbin/{name}");

    private static IEnumerable<DefinedAlternative> Alternatives(Platform platform) =>
        [
            .. Filters.Select(name => new DefinedAlternative(
                name,
                $"usr/sbin/{name}",
                $"usr/sbin/{name.Replace("tables", "tables-nft", StringComparison.Ordinal)}"
            )),
            new("rmt", "usr/sbin/rmt", "usr/sbin/rmt-tar"),
            new("idmap-plugin", "etc/cifs-utils/idmap-plugin", $"usr/lib/{Triplet(platform)}/cifs-utils/idmapwb.so"),
            Manual("rmt.8.gz", 8, "rmt-tar.8.gz"),
            Manual("idmap-plugin.8.gz", 8, "idmapwb.8.gz"),
            Manual("awk.1.gz", 1, "mawk.1.gz"),
            Manual("nawk.1.gz", 1, "mawk.1.gz"),
            Manual("pager.1.gz", 1, "more.1.gz"),
            Manual("builtins.7.gz", 7, "bash-builtins.7.gz"),
            Manual("which.1.gz", 1, "which.debianutils.1.gz"),
            .. Languages.Select(language => new DefinedAlternative(
                $"which.{language}1.gz",
                $"usr/share/man/{language}/man1/which.1.gz",
                $"usr/share/man/{language}/man1/which.debianutils.1.gz"
            )),
        ];

    private static string Triplet(Platform platform) => platform == Platform.LinuxArm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    private static DefinedAlternative Manual(string page, int section, string target) =>
        new(page, $"usr/share/man/man{section}/{page}", $"usr/share/man/man{section}/{target}");
}
