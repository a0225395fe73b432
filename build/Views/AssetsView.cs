using Slipway.GitHub;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>The files of a release as programs read them.</summary>
internal static class AssetsView
{
    /// <param name="release">Where they went; null when nowhere.</param>
    public static byte[] Json(MadeAssets made, GitHubRelease? release = null) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("image", made.Facts.Image.Name);
            writer.WriteString("release", made.Facts.Record.Release);
            if (release is not null)
                writer.WriteString("page", release.Page.AbsoluteUri);
            writer.WriteStartArray("assets");
            foreach (ReleasedFile asset in made.Assets)
            {
                writer.WriteStartObject();
                writer.WriteString("name", asset.Name);
                writer.WriteNumber("size", asset.Content.Length);
                writer.WriteString("digest", Digest.Of(asset.Content.Span).ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteString("notes", made.Notes);
            writer.WriteEndObject();
        });
}
