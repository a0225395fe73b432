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

    internal static ReleaseAsset Read(JsonElement element) => new(element.RequiredNumber("id"), element.Plain("name"), element.RequiredNumber("size"))
    {
        IsUploaded = element.RequiredString("state") == "uploaded",
        Digest = element.OptionalString("digest") is { } digest ? Oci.Digest.Parse(digest) : null,
        Download = element.Page("browser_download_url"),
    };
}
