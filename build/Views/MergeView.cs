using Slipway.Images;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What was merged, and who had made it.</summary>
internal static class MergeView
{
    public static void Show(Report report, IReadOnlyList<MergedImage> images) =>
        report.Table(
            ["image", "platform", "digest", "assembled by"],
            images.SelectMany(image =>
                image
                    .Record.Parts.Select(part => Row(image, part.Platform.ToString(), part.Manifest, part.Origin))
                    .Prepend(Row(image, "all", image.Image.Index.Digest, null))
            )
        );

    public static byte[] Json(IReadOnlyList<MergedImage> images) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (MergedImage image in images)
            {
                writer.WriteStartObject();
                writer.WriteString("image", image.Image.Name);
                writer.WriteString("digest", image.Image.Index.Digest.ToString());
                writer.WriteStartArray("platforms");
                foreach (AssemblyPart part in image.Record.Parts)
                {
                    writer.WriteStartObject();
                    writer.WriteString("platform", part.Platform.ToString());
                    writer.WriteString("digest", part.Manifest.ToString());
                    writer.WriteString("builder", part.Origin.Builder);
                    if (part.Origin.Invocation is { } invocation)
                        writer.WriteString("invocation", invocation);
                    writer.WriteString("sdk", part.Toolchain.Sdk);
                    writer.WriteString("runtime", part.Toolchain.Runtime);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    private static IReadOnlyList<string> Row(MergedImage image, string platform, Digest digest, AssemblyOrigin? origin) =>
        [image.Image.Name, platform, digest.ToString(), origin is null ? "" : origin.Invocation ?? origin.Builder];
}
