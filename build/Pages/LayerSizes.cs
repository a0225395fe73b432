using System.Collections.Immutable;
using Slipway.Images;

namespace Slipway.Pages;

/// <summary>How large a layer is and what of it comes from whom.</summary>
/// <param name="Name">As the definition names it.</param>
/// <param name="Compressed">In bytes.</param>
/// <param name="Owners">Unpacked bytes of files, the largest first; whoever has none is left out.</param>
internal sealed record LayerSizes(string Name, long Compressed, ImmutableArray<OwnedBytes> Owners)
{
    public long Unpacked => Owners.Sum(owner => owner.Bytes);

    public static ImmutableArray<LayerSizes> Of(ReportedPlatform platform) =>
        [
            .. platform.Contents.Layers.Select(layer => new LayerSizes(
                layer.Name,
                platform.Image.Layers.FirstOrDefault(made => made.DiffId == layer.DiffId)?.Blob.Size ?? 0,
                [
                    .. layer
                        .Entries.GroupBy(entry => entry.Owner, StringComparer.Ordinal)
                        .Select(owned => new OwnedBytes(owned.Key, owned.Sum(entry => entry.Size)))
                        .Where(owned => owned.Bytes > 0)
                        .OrderByDescending(owned => owned.Bytes)
                        .ThenBy(owned => owned.Owner, StringComparer.Ordinal),
                ]
            )),
        ];
}

/// <summary>The files of one owner in one layer.</summary>
/// <param name="Owner">In the words of <see cref="ContentOwner"/>.</param>
internal sealed record OwnedBytes(string Owner, long Bytes)
{
    /// <summary>For people: a package and an upstream file by their names alone.</summary>
    public string Label =>
        Owner.Split(' ') switch
        {
            ["package", var name] => name,
            ["upstream", var name, ..] => name,
            _ => Owner,
        };
}
