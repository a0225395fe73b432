using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>Which build a verified image is, whatever it is called: as its provenance says, and what its name claims of that.</summary>
/// <param name="Claims">Each of them is proven.</param>
/// <param name="Provenance">The first that says what it must.</param>
public sealed record ReleaseOrigin(TagClaims Claims, SlsaProvenance Provenance)
{
    /// <summary>When it was built; null when that is not said.</summary>
    public string? BuiltOn => (Provenance.FinishedOn ?? Provenance.StartedOn) is { } time ? UtcSecond.Text(time) : null;

    /// <summary>As in <c>commit 2322… of https://… (git tag kubelet/v1.36.4), built at …</c>.</summary>
    public override string ToString()
    {
        BuildParameters said = Provenance.Parameters;
        string? name = said.Tag is not null ? $"git tag {said.Tag}" : Provenance.Description;
        return $"commit {said.Commit} of {said.Source}{(name is null ? "" : $" ({name})")}, built at {BuiltOn ?? "an unknown time"}";
    }
}
