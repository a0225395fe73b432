using System.Globalization;
using System.Text.Json;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What a rehearsal did, for people and programs.</summary>
internal static class RehearsalView
{
    /// <summary>A line for each image and platform of a rehearsal.</summary>
    public static void Show(Report report, IReadOnlyList<RehearsedImage> images)
    {
        report.Table(
            ["image", "platform", "upstream", "size", "layers", "digest", "tags", "registries", "signature"],
            images.SelectMany(image => image.Image.Platforms.Select(platform => PlatformRow(image, platform)).Prepend(IndexRow(image)))
        );
        string[] standIns =
        [
            .. images
                .Where(image => image.Record.Plan.StandIn is not null)
                .Select(image => $"{image.Input.Name} ({image.Record.Plan.StandIn!.Replace(",", ", ", StringComparison.Ordinal)})"),
        ];
        if (standIns.Length > 0)
            report.Note(
                $"stand-in: {string.Join("; ", standIns)}: upstream could not be reached, so Debian's own builds or small "
                    + "placeholder programs took its place. Debian's packages are the real ones. Nothing of this can be published."
            );
    }

    public static byte[] Json(IReadOnlyList<RehearsedImage> images) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (RehearsedImage image in images)
            {
                writer.WriteStartObject();
                writer.WriteString("image", image.Input.Name);
                writer.WriteString("release", image.Record.Plan.Release);
                writer.WriteString("digest", image.Image.Index.Digest.ToString());
                writer.WriteString("standIn", image.Record.Plan.StandIn);
                writer.WriteStartArray("platforms");
                foreach (AssembledPlatform platform in image.Image.Platforms)
                {
                    writer.WriteStartObject();
                    writer.WriteString("platform", platform.Platform.ToString());
                    writer.WriteString("digest", platform.Manifest.Digest.ToString());
                    writer.WriteNumber("size", platform.Layers.Sum(layer => layer.Blob.Size));
                    writer.WriteNumber("layers", platform.Layers.Length);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                WriteStrings(writer, "tags", image.Record.Plan.Tags.Select(tag => tag.Name));
                WriteStrings(writer, "registries", image.Record.Destinations.Select(destination => destination.Repository.Name));
                writer.WriteBoolean("verified", image.Verified.All(result => result.Passed));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    private static IReadOnlyList<string> IndexRow(RehearsedImage image) =>
        [
            image.Input.Name,
            "index",
            Upstream(image),
            "",
            "",
            Abbreviate(image.Image.Index.Digest),
            Tags(image, null),
            string.Join('\n', image.Record.Destinations.Select(destination => destination.Repository.Host)),
            Signature(image, image.Image.Index.Digest),
        ];

    private static IReadOnlyList<string> PlatformRow(RehearsedImage image, AssembledPlatform platform) =>
        [
            "",
            platform.Platform.ToString(),
            Upstream(image),
            $"{platform.Layers.Sum(layer => layer.Blob.Size) / 1e6:0.0} MB",
            platform.Layers.Length.ToString(CultureInfo.InvariantCulture),
            Abbreviate(platform.Manifest.Digest),
            Tags(image, platform.Platform),
            string.Join('\n', image.Record.Destinations.Select(destination => destination.Repository.Host)),
            Signature(image, platform.Manifest.Digest),
        ];

    private static string Upstream(RehearsedImage image) => image.Record.Plan.StandIn is null ? image.Input.Definition.Version : "stand-in";

    private static string Abbreviate(Digest digest) => digest.Abbreviated;

    private static string Tags(RehearsedImage image, Platform? platform) =>
        string.Join('\n', image.Record.Plan.Tags.Where(tag => tag.Platform == platform).Select(tag => tag.Name));

    private static string Signature(RehearsedImage image, Digest digest) =>
        image.Verified.All(result => result.Subjects.Any(subject => subject.Digest == digest && subject.Passed)) ? "verified" : "FAILED";

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
            writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
