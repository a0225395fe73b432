using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Debian;

namespace Slipway.Advisories;

/// <summary>
/// Debian's security tracker: <c>{ SOURCE: { CVE: { description, releases: { CODENAME: { status, fixed_version, urgency, nodsa,
/// nodsa_reason } } } } }</c>. Open means every version, resolved those before the fixed one, of which <c>0</c> means none.
/// </summary>
internal sealed class TrackerReader(JsonTokens json, AdvisoryScope scope, FoundAdvisories found)
{
    private const int LongestText = 300;

    /// <param name="source">The name of the first source, whose object begins here; the document's end is where this leaves.</param>
    public void Read(string source)
    {
        ReadSource(source);
        while (json.Next() == JsonTokenType.PropertyName)
        {
            string name = json.Text;
            json.Next();
            ReadSource(name);
        }
    }

    private void ReadSource(string source)
    {
        found.Count(null);
        if (!scope.Sources.Contains(source))
        {
            json.Require(JsonTokenType.StartObject);
            json.Skip();
            return;
        }

        json.Properties(id => ReadIssue(source, id));
    }

    private void ReadIssue(string source, string id)
    {
        string description = "";
        Release? release = null;
        json.Properties(key =>
        {
            if (key == "description" && json.Type == JsonTokenType.String)
                description = Short(json.Text);
            else if (key == "releases")
                json.Properties(name =>
                {
                    if (name == scope.Codename)
                        release = ReadRelease();
                    else
                        json.Skip();
                });
            else
                json.Skip();
        });
        if (release is not null)
            Add(source, id, description, release);
    }

    private Release ReadRelease()
    {
        Release release = new("", "", "", null, null);
        json.Properties(key =>
        {
            switch (key)
            {
                case "status":
                    release = release with { Status = json.Text };
                    break;
                case "fixed_version":
                    release = release with { FixedVersion = json.Text };
                    break;
                case "urgency" when json.Type == JsonTokenType.String:
                    release = release with { Urgency = json.Text };
                    break;
                case "nodsa" when json.Type == JsonTokenType.String:
                    release = release with { NoDsa = Short(json.Text) };
                    break;
                case "nodsa_reason" when json.Type == JsonTokenType.String:
                    release = release with { NoDsaReason = json.Text };
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        return release;
    }

    private void Add(string source, string id, string description, Release release)
    {
        ImmutableArray<VersionEvent<DebianVersion>> events = [new(VersionEventKind.Introduced, null)];
        switch (release.Status)
        {
            case "open" or "undetermined":
                break;
            case "resolved" when DebianVersion.TryParse(release.FixedVersion, out DebianVersion? parsed):
                events = events.Add(new(VersionEventKind.Fixed, parsed));
                break;
            default:
                throw json.Bad(
                    $"{source}: {id}: {scope.Codename}: wanted status open, undetermined or resolved with a fixed_version, got "
                        + $"'{release.Status}' with '{release.FixedVersion}'"
                );
        }

        found.Add(
            new DebianAdvisory
            {
                Package = source,
                Id = id,
                Summary = description,
                Severity = AdvisorySeverity.OfUrgency(release.Urgency),
                Ranges = [new(events)],
                Status = StatusOf(release),
                Reason = release.NoDsa ?? "",
            }
        );
    }

    /// <summary>Once it is fixed, what was decided while it was not counts no more.</summary>
    private static AdvisoryStatus StatusOf(Release release) =>
        release.Status == "undetermined" ? AdvisoryStatus.Undetermined
        : OfUrgency(release.Urgency) is { } status ? status
        : release.Status == "resolved" || (release.NoDsa ?? release.NoDsaReason) is null ? AdvisoryStatus.Affected
        : release.NoDsaReason switch
        {
            "ignored" => AdvisoryStatus.Ignored,
            "postponed" => AdvisoryStatus.Postponed,
            _ => AdvisoryStatus.NoDsa,
        };

    /// <summary>What an urgency says beside how urgent it is; null where it says nothing else.</summary>
    internal static AdvisoryStatus? OfUrgency(string urgency) =>
        urgency switch
        {
            "unimportant" => AdvisoryStatus.Unimportant,
            "end-of-life" => AdvisoryStatus.EndOfLife,
            _ => null,
        };

    private static string Short(string text) => text.Length <= LongestText ? text : text[..(LongestText - 1)] + "…";

    private sealed record Release(string Status, string FixedVersion, string Urgency, string? NoDsa, string? NoDsaReason);
}
