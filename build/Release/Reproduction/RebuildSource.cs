using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>From what a release says that it was built: one of its provenances, verified and judged.</summary>
/// <param name="Provenance">The one that is followed.</param>
/// <param name="Among">How many there are that could be followed.</param>
public sealed record RebuildSource(SlsaProvenance Provenance, int Among)
{
    public BuildParameters Parameters => Provenance.Parameters;

    /// <summary>What the release was built with; null where its provenance does not say it.</summary>
    public Toolchain? Toolchain =>
        Version(SlsaProvenance.Sdk) is { } sdk && Version(SlsaProvenance.Runtime) is { } runtime ? new Toolchain(sdk, runtime) : null;

    /// <summary>
    /// The provenance to follow: the first, in the place's order, that says what it must, of an image that was assembled.
    /// </summary>
    /// <param name="release">Verified.</param>
    /// <exception cref="ContentException">None can be followed; says why not.</exception>
    public static RebuildSource Of(PlaceVerdict release)
    {
        ArgumentNullException.ThrowIfNull(release);
        List<SlsaProvenance> followed = [];
        string? problem = null;
        foreach (SlsaProvenance provenance in release.Provenances)
        {
            BuildParameters said = provenance.Parameters;
            if (said.Dockerfile is not null)
                problem ??=
                    $"a Docker Engine built it from images/{said.Image}/Dockerfile, and two such builds are never the same bytes. "
                    + $"Run {new NextCommand("BuildDockerfile", "Compare") { Image = said.Image }} at commit {said.Commit}";
            else
                followed.Add(provenance);
        }

        return followed is [var first, ..]
            ? new RebuildSource(first, followed.Count)
            : throw new ContentException($"{release.Place}: {problem ?? "there is no provenance"}");
    }

    /// <summary>Refuses a commit that is not what the provenance tells of.</summary>
    /// <param name="input">What the commit has.</param>
    /// <exception cref="ContentException">Definition or lock is another.</exception>
    public void Require(AssemblyInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        RequireDefinition(input.Definition);
        if (input.Lock != Parameters.Lock)
            throw Differs("image.lock.json", Parameters.Lock, input.Lock);
    }

    /// <inheritdoc cref="Require"/>
    public void RequireDefinition(Digest definition)
    {
        if (definition != Parameters.Definition)
            throw Differs("image.yaml", Parameters.Definition, definition);
    }

    private ContentException Differs(string file, Digest said, Digest there) =>
        new(
            $"{Parameters.Image}: the provenance names an {file} with {said}, and that of commit {Parameters.Commit} "
                + $"has {there}: the release was not built from that commit"
        );

    private string? Version(string prefix) =>
        Provenance
            .Dependencies.Select(resource => resource.Uri)
            .FirstOrDefault(uri => uri.StartsWith(prefix, StringComparison.Ordinal))
            ?[prefix.Length..];
}
