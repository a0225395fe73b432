using System.Text.Json;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>A file of a release (GitHub's schema "release-asset").</summary>
/// <param name="Id">GitHub's own number.</param>
/// <param name="Size">In bytes.</param>
public sealed record ReleaseAsset(long Id, string Name, long Size)
{
    /// <summary>Whether it came whole: what an upload that failed leaves is <c>starter</c> instead, and may be deleted.</summary>
    public required bool IsUploaded { get; init; }

    /// <summary>What GitHub counted; null where it does not tell, as older Enterprise Servers do not.</summary>
    public required Digest? Digest { get; init; }

    /// <summary>Where people find it; of a draft, nobody yet.</summary>
    public required Uri Download { get; init; }

    /// <summary>Octokit's model has <c>int</c> for number and size, and no hash: these are read from the raw answer.</summary>
    internal static ReleaseAsset Of(Octokit.ReleaseAsset model, JsonElement raw) =>
        new(raw.RequiredNumber("id"), model.Name.Plain("name"), raw.RequiredNumber("size"))
        {
            IsUploaded = model.State.Required("state") == "uploaded",
            Digest = raw.OptionalString("digest") is { } digest ? Oci.Digest.Parse(digest) : null,
            Download = model.BrowserDownloadUrl.Page("browser_download_url"),
        };
}
