using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>
/// One platform of an image whose platforms were built apart and merged: among the byproducts (SLSA provenance v1, "RunDetails"), as the
/// record that its builder left, with annotations.
/// </summary>
/// <param name="Record">Name and digest of the record.</param>
/// <param name="Builder">The id of what built it, a URI.</param>
public sealed record BuiltPlatform(ResourceDescriptor Record, string Builder)
{
    private const string BuilderKey = "builder";

    /// <summary>What names it: the platform, its manifest and its builder's id.</summary>
    /// <param name="record">The digest of the record, <c>parts/OS-ARCH/assembly.json</c>.</param>
    public static BuiltPlatform Of(Platform platform, Digest manifest, Digest record, string builder)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(manifest);
        string name = $"parts/{platform.ToString().Replace('/', '-')}/assembly.json";
        ImmutableSortedDictionary<string, string> said = Descriptor
            .NoAnnotations.Add(BuilderKey, builder)
            .Add("platform", platform.ToString())
            .Add("manifest", manifest.ToString());
        return new BuiltPlatform(ResourceDescriptor.Of(name, "", record) with { Annotations = said }, builder);
    }

    /// <summary>The same with something else that is said of the build; null says nothing.</summary>
    public BuiltPlatform With(string name, string? text) =>
        text is null ? this : this with { Record = Record with { Annotations = Record.Annotations.Add(name, text) } };

    /// <summary>Reads it back; null for another byproduct.</summary>
    internal static BuiltPlatform? Read(ResourceDescriptor byproduct) =>
        byproduct.Annotations.TryGetValue(BuilderKey, out string? builder) ? new BuiltPlatform(byproduct, builder) : null;
}
