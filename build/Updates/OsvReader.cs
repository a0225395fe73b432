using System.Text.Json;
using Slipway.Debian;

namespace Slipway.Updates;

/// <summary>
/// Records of the OSV schema 1 (https://ossf.github.io/osv-schema): of what is affected, the source packages of ecosystem
/// <c>Debian:13</c> by ranges of type ECOSYSTEM and by version lists. What was withdrawn says nothing.
/// </summary>
internal sealed class OsvReader(JsonTokens json, AdvisoryScope scope, List<Advisory> found)
{
    /// <summary>Whether a key of a record holds an object.</summary>
    public static bool IsObject(string key) => key == "database_specific";

    /// <param name="first">The name of the first property, whose value begins here; null when the record itself does.</param>
    public void Read(string? first)
    {
        string id = "";
        bool withdrawn = false,
            hasAffected = false;
        List<string> names = [];
        List<Affected> affected = [];
        void Property(string key)
        {
            switch (key)
            {
                case "id":
                    id = json.Text;
                    break;
                case "withdrawn":
                    withdrawn = json.Type != JsonTokenType.Null;
                    json.Skip();
                    break;
                // What Debian's own records are about stands under 'upstream' since schema 1.7, under 'aliases' before.
                case "aliases" or "upstream" when json.Type == JsonTokenType.StartArray:
                    json.Items(() => names.Add(json.Text));
                    break;
                case "affected" when json.Type == JsonTokenType.StartArray:
                    hasAffected = true;
                    json.Items(() => ReadAffected(affected));
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (first is null)
        {
            json.Properties(Property);
        }
        else
        {
            Property(first);
            while (json.Next() == JsonTokenType.PropertyName)
            {
                string key = json.Text;
                json.Next();
                Property(key);
            }
        }

        if (id.Length == 0 || !(hasAffected || withdrawn))
            throw json.Bad("wanted advisories of Debian's security tracker, or OSV records with 'id' and 'affected'");
        if (withdrawn)
            return;
        string[] cves = [.. names.Append(id).Where(name => name.StartsWith("CVE-", StringComparison.Ordinal)).Distinct()];
        // One record may have several entries for a package: what one closes another may leave open.
        found.AddRange(
            affected
                .GroupBy(one => one.Source, StringComparer.Ordinal)
                .Select(same => new Advisory(
                    same.Key,
                    cves.Length == 0 ? [id] : [.. cves],
                    [.. same.SelectMany(one => one.Ranges)],
                    [.. same.SelectMany(one => one.Versions)]
                ))
        );
    }

    private void ReadAffected(List<Affected> affected)
    {
        string ecosystem = "",
            name = "";
        List<VersionRange> ranges = [];
        List<string> versions = [];
        json.Properties(key =>
        {
            switch (key)
            {
                case "package":
                    json.Properties(part =>
                    {
                        if (part == "ecosystem")
                            ecosystem = json.Text;
                        else if (part == "name")
                            name = json.Text;
                        else
                            json.Skip();
                    });
                    break;
                case "ranges" when json.Type == JsonTokenType.StartArray:
                    json.Items(() => ReadRange(ranges));
                    break;
                case "versions" when json.Type == JsonTokenType.StartArray:
                    json.Items(() => versions.Add(json.Text));
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        if (scope.Number is not null && ecosystem == $"Debian:{scope.Number}" && scope.Sources.Contains(name))
            affected.Add(new Affected(name, ranges, versions));
    }

    private void ReadRange(List<VersionRange> ranges)
    {
        string type = "";
        List<(string Kind, string Version)> events = [];
        json.Properties(key =>
        {
            if (key == "type")
                type = json.Text;
            else if (key == "events" && json.Type == JsonTokenType.StartArray)
                json.Items(() => json.Properties(kind => events.Add((kind, json.Text))));
            else
                json.Skip();
        });
        // Only these are versions of a package; of GIT they are commits of its upstream.
        if (type == "ECOSYSTEM")
            ranges.Add(new VersionRange([.. events.Select(Event).OfType<VersionEvent>()]));
    }

    private VersionEvent? Event((string Kind, string Version) given)
    {
        VersionEventKind? kind = given.Kind switch
        {
            "introduced" => VersionEventKind.Introduced,
            "fixed" => VersionEventKind.Fixed,
            "last_affected" => VersionEventKind.LastAffected,
            _ => null,
        };
        if (kind is null)
            return null;
        if (kind == VersionEventKind.Introduced && given.Version == "0")
            return new VersionEvent(VersionEventKind.Introduced, null);
        return DebianVersion.TryParse(given.Version, out DebianVersion? version)
            ? new VersionEvent(kind.Value, version)
            : throw json.Bad($"'{given.Kind}' wanted a Debian version, got '{given.Version}'");
    }

    private sealed record Affected(string Source, List<VersionRange> Ranges, List<string> Versions);
}
