using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Advisories;

/// <summary>
/// Records of the OSV schema 1 (https://ossf.github.io/osv-schema): of what is affected, the source packages of ecosystem
/// <c>Debian:13</c> by ranges of type ECOSYSTEM and by version lists, and the modules of ecosystem <c>Go</c> by ranges of type SEMVER.
/// What was withdrawn says nothing.
/// </summary>
internal sealed class OsvReader(JsonTokens json, AdvisoryScope scope, FoundAdvisories found)
{
    private const int LongestSummary = 300,
        MostSeverities = 16,
        MostAliases = 1000;

    /// <summary>Whether a key of a record holds an object.</summary>
    public static bool IsObject(string key) => key == "database_specific";

    /// <param name="first">The name of the first property, whose value begins here; null when the record itself does.</param>
    public void Read(string? first)
    {
        OsvRecord record = new(json, scope);
        if (first is null)
        {
            json.Properties(key => ReadProperty(record, key));
        }
        else
        {
            ReadProperty(record, first);
            while (json.Next() == JsonTokenType.PropertyName)
            {
                string key = json.Text;
                json.Next();
                ReadProperty(record, key);
            }
        }

        if (record.Id.Length == 0 || !(record.HasAffected || record.IsWithdrawn))
            throw json.Bad("wanted advisories of Debian's security tracker, or OSV records with 'id' and 'affected'");
        found.Count(record.Modified);
        if (record.IsWithdrawn)
            return;
        foreach (Advisory advisory in record.Advisories())
            Add(advisory);
    }

    private void Add(Advisory advisory)
    {
        try
        {
            found.Add(advisory);
        }
        catch (ContentException e)
        {
            throw json.Bad(e.Message, e);
        }
    }

    private void ReadProperty(OsvRecord record, string key)
    {
        switch (key)
        {
            case "id":
                record.Id = json.Text;
                break;
            case "modified" when json.Type == JsonTokenType.String:
                record.Modified = json.Text;
                break;
            case "withdrawn":
                record.IsWithdrawn = json.Type != JsonTokenType.Null;
                json.Skip();
                break;
            // A record without a summary has details, of which the beginning says as much.
            case "summary" or "details" when json.Type == JsonTokenType.String && (key == "summary" || record.Summary.Length == 0):
                record.Summary = json.Text is { Length: > LongestSummary } text ? text[..(LongestSummary - 1)] + "…" : json.Text;
                break;
            // What Debian's own records are about stands under 'upstream' since schema 1.7, under 'aliases' before.
            case "aliases" or "upstream" when json.Type == JsonTokenType.StartArray:
                json.Items(() =>
                {
                    record.Aliases.Add(json.Text);
                    if (record.Aliases.Count > MostAliases)
                        throw json.Bad($"wanted at most {MostAliases} aliases in a record, got more");
                });
                break;
            case "severity" when json.Type == JsonTokenType.StartArray:
                ReadSeverities(record.Severities);
                break;
            case "database_specific" when json.Type == JsonTokenType.StartObject:
                json.Properties(part =>
                {
                    if (part == "severity" && json.Type == JsonTokenType.String)
                        record.Word = AdvisorySeverity.OfWord(json.Text);
                    else
                        json.Skip();
                });
                break;
            case "affected" when json.Type == JsonTokenType.StartArray:
                record.HasAffected = true;
                json.Items(record.ReadAffected);
                break;
            default:
                json.Skip();
                break;
        }
    }

    private void ReadSeverities(List<string> severities) =>
        json.Items(() =>
            json.Properties(part =>
            {
                if (part == "score" && json.Type == JsonTokenType.String && json.Text.Length <= 256 && severities.Count < MostSeverities)
                    severities.Add(json.Text);
                else
                    json.Skip();
            })
        );
}
