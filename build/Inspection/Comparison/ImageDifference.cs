using System.Collections.Immutable;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>What one image has otherwise than another, on one platform.</summary>
/// <param name="Kind"><c>package</c>, <c>config</c> or <c>file</c>; <c>platform</c> when one of the two has not got it.</param>
/// <param name="Name">The package's name, or a path.</param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Was">In the other image; empty when it was not there.</param>
/// <param name="Now">In this image; empty when it is not there.</param>
public sealed record ImageDifference(Platform Platform, string Kind, string Name, string Change, string Was, string Now)
{
    /// <summary>The kind of what is a path.</summary>
    public const string File = "file";

    /// <summary>Packages first, then how it runs where both say it, then files, each in ordinal order.</summary>
    /// <param name="other">Null when the other image lacks the platform.</param>
    public static ImmutableArray<ImageDifference> Between(Platform platform, ComparedImage? other, ComparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (other is null)
            return [new(platform, "platform", platform.ToString(), "added", "", "")];
        return
        [
            .. Between(platform, "package", other.Packages, image.Packages),
            .. other.Config is null || image.Config is null ? [] : Between(platform, "config", Run(other.Config), Run(image.Config)),
            .. Between(platform, File, Files(other), Files(image)),
        ];
    }

    private static IEnumerable<ImageDifference> Between(
        Platform platform,
        string kind,
        ImmutableSortedDictionary<string, string> other,
        ImmutableSortedDictionary<string, string> image
    )
    {
        foreach (string name in other.Keys.Union(image.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string was = other.GetValueOrDefault(name, ""),
                now = image.GetValueOrDefault(name, "");
            if (was != now)
                yield return new(
                    platform,
                    kind,
                    name,
                    was.Length == 0 ? "added"
                        : now.Length == 0 ? "removed"
                        : "changed",
                    was,
                    now
                );
        }
    }

    private static ImmutableSortedDictionary<string, string> Run(ImageConfig config) =>
        Descriptor
            .NoAnnotations.Add("command", string.Join(' ', config.Command))
            .Add("entrypoint", string.Join(' ', config.Entrypoint))
            .Add("environment", string.Join(' ', config.Environment))
            .Add("user", config.User ?? "")
            .Add("workingDirectory", config.WorkingDirectory ?? "");

    private static ImmutableSortedDictionary<string, string> Files(ComparedImage image) =>
        image.Found.Entries.ToImmutableSortedDictionary(entry => "/" + entry.Path, entry => Describe(entry.Real), StringComparer.Ordinal);

    /// <summary>Type, mode, owner, size and content; times are no difference.</summary>
    /// <param name="real">A hard link is the file that it is a name of.</param>
    internal static string Describe(FoundEntry real)
    {
        string type = real.Kind switch
        {
            LayerEntryKind.Directory => "d",
            LayerEntryKind.SymbolicLink => "l",
            LayerEntryKind.HardLink => "h",
            null => "?",
            _ => "-",
        };
        string mode = real.IsSymbolicLink ? "" : $" {Convert.ToString(real.Mode, 8).PadLeft(4, '0')}";
        string content =
            real.File is { } file ? $" {file.Size} {file.Digest.Abbreviated}"
            : real.IsSymbolicLink || real.Kind == LayerEntryKind.HardLink ? $" -> {real.LinkTarget}"
            : "";
        return $"{type}{mode} {real.UserId}:{real.GroupId}{content}{(real.HasCapabilities ? " capabilities" : "")}";
    }
}
