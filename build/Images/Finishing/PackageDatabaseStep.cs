using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// For each package of the layer <c>/var/lib/dpkg/status.d/NAME</c>, its control fields, and <c>NAME.md5sums</c>, its files:
/// the form of the distroless images, which scanners read and which lets every package stand in its own layer. It tells
/// what lies in the layer, not what the package once held; a package of which nothing is left is not listed.
/// </summary>
internal sealed class PackageDatabaseStep : IFinishingStep
{
    private const string Folder = "var/lib/dpkg/status.d/";

    /// <summary>Fields that are told anew.</summary>
    private static readonly HashSet<string> Own = new(["Status", "Installed-Size", "Conffiles"], StringComparer.OrdinalIgnoreCase);

    public string Name => FinishingStepName.PackageDatabase;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        ILookup<string, LayerEntry> owned = layer.Entries.ToLookup(entry => entry.Owner, StringComparer.Ordinal);
        return [.. layer.Packages.SelectMany(package => Record(layer, package, [.. owned[ContentOwner.OfPackage(package.Name)]]))];
    }

    private LayerEntry[] Record(UnfinishedLayer layer, PackageRecord package, LayerEntry[] entries)
    {
        if (entries.All(entry => entry.Kind == LayerEntryKind.Directory))
            return [];
        (string Path, string Sum)[] sums =
        [
            .. entries
                .Where(entry => entry.Kind is LayerEntryKind.File or LayerEntryKind.HardLink)
                .Select(entry => (entry.Path, Sum(layer, entry.Path))),
        ];
        string lines = string.Concat(
            sums.Where(file => !package.Configuration.Contains(file.Path)).Select(file => $"{file.Sum}  {file.Path}\n")
        );
        string owner = ContentOwner.OfStep(Name);
        return
        [
            LayerEntry.File(Folder + package.Name, Encoding.UTF8.GetBytes(Control(package, entries, sums)), owner),
            LayerEntry.File($"{Folder}{package.Name}.md5sums", Encoding.UTF8.GetBytes(lines), owner),
        ];
    }

    private static string Control(PackageRecord package, LayerEntry[] entries, (string Path, string Sum)[] sums)
    {
        // As dpkg-gencontrol counts: files in whole KiB, everything else as one.
        long size = entries.Sum(entry => entry.Kind == LayerEntryKind.File ? (entry.Size + 1023) / 1024 : 1);
        string[] configuration =
        [
            .. sums.Where(file => package.Configuration.Contains(file.Path)).Select(file => $"\n /{file.Path} {file.Sum}"),
        ];
        IEnumerable<string> fields = package.Fields.Where(field => !Own.Contains(field.Key)).Select(field => field.Value);
        string[] told = ["Status: install ok installed", $"Installed-Size: {size.ToString(CultureInfo.InvariantCulture)}"];
        string[] last = configuration.Length == 0 ? [] : ["Conffiles:" + string.Concat(configuration)];
        return string.Concat(((string[])[.. fields.Take(1), .. told, .. fields.Skip(1), .. last]).Select(field => field + "\n"));
    }

    private string Sum(UnfinishedLayer layer, string path)
    {
        using Stream content = layer.Open(path, Name);
#pragma warning disable CA5351 // The database's format has MD5; nothing is trusted because of it.
        return Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
    }
}
