using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// What nodes need to run an image of one registry: a drop-in of the systemd unit (systemd.unit(5)), and the same as Butane snippets for
/// Fedora CoreOS and Flatcar, as Typhoon takes them. The image is named by digest: nobody who can move a tag can change a node.
/// </summary>
/// <param name="unit">What takes the image on the node.</param>
/// <param name="image">By digest.</param>
/// <param name="release">For people: which release it is.</param>
public sealed class NodeFiles(NodeVariable unit, Reference image, string release)
{
    /// <summary>The drop-in's name: later ones win, and Typhoon's own documentation has this one.</summary>
    public const string DropInName = "10-image-override.conf";

    /// <summary>The newest stable versions of the two specifications that Typhoon's providers all read.</summary>
    private static readonly (string Variant, string Version)[] Specifications = [("fcos", "1.4.0"), ("flatcar", "1.0.0")];

    /// <summary>Where the drop-in goes on a node.</summary>
    public string DropInPath => $"/etc/systemd/system/{unit.Unit}.d/{DropInName}";

    public string DropIn => $"# {release}\n[Service]\nEnvironment={unit.Variable}={image}\n";

    /// <param name="prefix">What the files' names begin with.</param>
    public IEnumerable<ReleasedFile> Assets(string prefix)
    {
        yield return ReleasedFile.OfText($"{prefix}-{image.Host}.conf", DropIn);
        foreach ((string variant, string version) in Specifications)
            yield return ReleasedFile.OfText($"{prefix}-{image.Host}.{variant}.bu", Butane(variant, version));
    }

    private string Butane(string variant, string version) =>
        $"""
            # {release}
            variant: {variant}
            version: {version}
            systemd:
              units:
                - name: {unit.Unit}
                  dropins:
                    - name: {DropInName}
                      contents: |
                        [Service]
                        Environment={unit.Variable}={image}

            """;
}
