using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Archives;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// An image in files with what is signed about it, both of them read from this machine alone. Disposing deletes what an archive was
/// unpacked to.
/// </summary>
public sealed partial class LocalImage : IDisposable
{
    private readonly string? _unpacked;

    private LocalImage(OciLayout content, OciLayout trust, string? unpacked) => (Content, Trust, _unpacked) = (content, trust, unpacked);

    public OciLayout Content { get; }

    /// <summary>
    /// Where signatures and statements are: the folder that was named, else <c>trust</c> beside a layout folder, else the layout itself.
    /// </summary>
    public OciLayout Trust { get; }

    /// <param name="trust">A layout folder with signatures; null to look for them.</param>
    /// <param name="scratch">Where an archive may be unpacked, in a folder of its own.</param>
    /// <exception cref="ContentException">It is no layout, or no sound archive of one; nothing was kept.</exception>
    public static LocalImage Open(LocalReference reference, string? trust, string scratch, CancellationToken cancellationToken)
    {
        if (!reference.IsArchive)
        {
            OciLayout layout = OciLayout.Open(reference.Path);
            string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(reference.Path).TrimEnd('/')) ?? "/", "trust");
            return new LocalImage(
                layout,
                trust is not null ? OciLayout.Open(trust)
                    : File.Exists(Path.Combine(beside, "oci-layout")) ? OciLayout.Open(beside)
                    : layout,
                null
            );
        }

        string folder = Path.Combine(scratch, Path.GetRandomFileName());
        Directory.CreateDirectory(folder);
        try
        {
            LayoutArchive.Unpack(reference.Path, folder, cancellationToken);
            OciLayout layout = OciLayout.Open(folder, reference.Path);
            return new LocalImage(layout, trust is null ? layout : OciLayout.Open(trust), folder);
        }
        catch (Exception e)
        {
            Directory.Delete(folder, recursive: true);
            if (e is ContentException)
                throw new ContentException(e.Message.Replace(folder, reference.Path, StringComparison.Ordinal), e);
            throw;
        }
    }

    /// <summary>The tag or digest that is meant, and the tag that it has.</summary>
    /// <exception cref="ContentException">Nothing is named, and there is no image or more than one.</exception>
    public (string Wanted, string? Tag) Choose(string? wanted)
    {
        if (wanted is not null)
            return (wanted, Oci.Digest.TryParse(wanted, out _) ? null : wanted);
        ImmutableArray<Descriptor> images =
        [
            .. Content.ReadIndex().Manifests.Where(entry => entry.ArtifactType is null && !Evidence().IsMatch(TagOf(entry) ?? "")),
        ];
        ImmutableArray<Descriptor> indexes = [.. images.Where(entry => entry.MediaType == MediaType.Index)];
        IGrouping<Digest, Descriptor>[] tops = [.. (indexes.IsEmpty ? images : indexes).GroupBy(entry => entry.Digest)];
        return tops is [var only]
            ? (only.Key.ToString(), only.Select(TagOf).FirstOrDefault(Oci.Reference.IsTag))
            : throw new ContentException(
                $"{Content.Name}: it holds {tops.Length} images; wanted one, or its tag behind a "
                    + $"colon{(tops.Length == 0 ? "" : ": " + string.Join(", ", tops.SelectMany(top => top).Select(TagOf).OfType<string>().Select(Printable.Of)))}"
            );
    }

    /// <summary>Whether something there is tagged so, or is asked for by digest.</summary>
    public async Task<bool> HoldsAsync(string wanted, CancellationToken cancellationToken) =>
        Oci.Digest.TryParse(wanted, out _) || await Content.ResolveAsync(wanted, cancellationToken) is not null;

    /// <summary>What the image says of itself that it is; null when it says nothing, or nothing is tagged so.</summary>
    /// <exception cref="ContentException">It is missing or damaged.</exception>
    public async Task<string?> TitleAsync(string wanted, CancellationToken cancellationToken)
    {
        Digest? digest = Oci.Digest.TryParse(wanted, out Digest? given)
            ? given
            : (await Content.ResolveAsync(wanted, cancellationToken))?.Digest;
        if (digest is null)
            return null;
        ManifestContent content = await Content.ReadManifestAsync(digest, cancellationToken)
            ?? throw new ContentException($"{Content.Name}: manifest {digest} is missing");
        ImmutableSortedDictionary<string, string> said = content.MediaType switch
        {
            MediaType.Index => Oci.Index.Parse(content.Bytes).Annotations,
            MediaType.Manifest => Manifest.Parse(content.Bytes).Annotations,
            _ => throw new ContentException(
                $"{Content.Name}: {digest}: media type wanted {MediaType.Index} or {MediaType.Manifest}, got {content.MediaType}"
            ),
        };
        return said.GetValueOrDefault("org.opencontainers.image.title");
    }

    /// <summary>A text that names the archive where it named the folder that stands for it.</summary>
    public string Named(string text) => _unpacked is null ? text : text.Replace(_unpacked, Content.Name, StringComparison.Ordinal);

    public void Dispose()
    {
        if (_unpacked is not null && Directory.Exists(_unpacked))
            Directory.Delete(_unpacked, recursive: true);
    }

    private static string? TagOf(Descriptor entry) => entry.Annotations.GetValueOrDefault(OciLayout.RefName);

    /// <summary>The tags of signatures, attestations and lists of referrers.</summary>
    [GeneratedRegex(@"^sha(256|512)-[0-9a-f]+(\.[a-z]+)?\z")]
    private static partial Regex Evidence();
}
