using System.Globalization;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Tuf;

namespace Slipway.Views;

/// <summary>The trusted root that is used, for people and programs.</summary>
internal static class TrustRootView
{
    /// <summary>A line on where it is from, and a table of the services that it names; on the log what else is to be known.</summary>
    public static void Show(Report report, TrustedRootFile root, DateTimeOffset now)
    {
        report.Result($"{NameOf(root.Origin)}: {root.Place}, {Day(root.Date)}, {Digest.Of(root.Content.Span)}");
        report.Table(
            ["service", "address", "from", "until"],
            root.Summary.Entries.Select(entry =>
                (IReadOnlyList<string>)[NameOf(entry.Service), entry.Address, Day(entry.From), Day(entry.Until)]
            )
        );
        if (root.PassedOver is { } why)
            report.Line($"what was refreshed is not used: {why}. TrustRoot --refresh brings it anew");
        if (root.Metadata is not { } metadata)
            return;
        report.Line(
            $"proven by root {metadata.RootVersion}, timestamp {metadata.TimestampVersion}, snapshot {metadata.SnapshotVersion}, "
                + $"targets {metadata.TargetsVersion}"
        );
        if (metadata.Expires <= now)
        {
            NextCommand refresh = new("TrustRoot") { Options = ["--refresh"] };
            report.Line($"its metadata expired at {UtcSecond.Text(metadata.Expires)}: there may be a newer one. Run {refresh}");
        }
    }

    public static byte[] Json(TrustedRootFile root, DateTimeOffset now) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("origin", NameOf(root.Origin));
            writer.WriteString("place", root.Place);
            writer.WriteString("date", UtcSecond.Text(root.Date));
            writer.WriteString("digest", Digest.Of(root.Content.Span).ToString());
            writer.WriteNumber("size", root.Content.Length);
            writer.WriteString("passedOver", root.PassedOver);
            WriteMetadata(writer, root.Metadata, now);
            writer.WriteStartArray("services");
            foreach (TrustedEntry entry in root.Summary.Entries)
            {
                writer.WriteStartObject();
                writer.WriteString("service", NameOf(entry.Service));
                writer.WriteString("address", entry.Address);
                writer.WriteString("from", Second(entry.From));
                writer.WriteString("until", Second(entry.Until));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static void WriteMetadata(Utf8JsonWriter writer, VerifiedTarget? metadata, DateTimeOffset now)
    {
        if (metadata is null)
        {
            writer.WriteNull("metadata");
            return;
        }

        writer.WriteStartObject("metadata");
        writer.WriteNumber("root", metadata.RootVersion);
        writer.WriteNumber("timestamp", metadata.TimestampVersion);
        writer.WriteNumber("snapshot", metadata.SnapshotVersion);
        writer.WriteNumber("targets", metadata.TargetsVersion);
        writer.WriteString("expires", UtcSecond.Text(metadata.Expires));
        writer.WriteBoolean("expired", metadata.Expires <= now);
        writer.WriteEndObject();
    }

    private static string NameOf(TrustedRootOrigin origin) => JsonNamingPolicy.CamelCase.ConvertName(origin.ToString());

    private static string NameOf(TrustedService service) => JsonNamingPolicy.KebabCaseLower.ConvertName(service.ToString());

    private static string? Second(DateTimeOffset? time) => time is { } value ? UtcSecond.Text(value) : null;

    private static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-";
}
