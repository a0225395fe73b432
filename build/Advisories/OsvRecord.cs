using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Debian;

namespace Slipway.Advisories;

/// <summary>One OSV record while it is read: what it says is affected, of the packages that are asked about.</summary>
internal sealed class OsvRecord(JsonTokens json, AdvisoryScope scope)
{
    /// <summary>In characters of what is kept of one record.</summary>
    private const int MostText = 8 << 20;

    private const string Go = "Go",
        Ecosystem = "ECOSYSTEM",
        SemVer = "SEMVER";

    private readonly List<Affected> _affected = [];
    private int _kept;

    public string Id { get; set; } = "";

    public string? Modified { get; set; }

    public bool IsWithdrawn { get; set; }

    public bool HasAffected { get; set; }

    public string Summary { get; set; } = "";

    public List<string> Aliases { get; } = [];

    /// <summary>As they stand there, of any version of CVSS.</summary>
    public List<string> Severities { get; } = [];

    public AdvisorySeverity Word { get; set; } = AdvisorySeverity.Unknown;

    /// <summary>One entry of <c>affected</c>, at which the reader stands.</summary>
    public void ReadAffected()
    {
        Affected one = new();
        json.Properties(key =>
        {
            switch (key)
            {
                case "package":
                    json.Properties(part =>
                    {
                        if (part == "ecosystem")
                            one.Ecosystem = json.Text;
                        else if (part == "name")
                            one.Name = json.Text;
                        else
                            json.Skip();
                    });
                    break;
                case "ranges" when json.Type == JsonTokenType.StartArray:
                    json.Items(() => ReadRange(one));
                    break;
                case "versions" when json.Type == JsonTokenType.StartArray:
                    json.Items(() => one.Versions.Add(Kept()));
                    break;
                case "ecosystem_specific" when json.Type == JsonTokenType.StartObject:
                    json.Properties(part => ReadSpecific(one, part));
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        bool isDebian = scope.Number is not null && one.Ecosystem == $"Debian:{scope.Number}" && scope.Sources.Contains(one.Name);
        if (isDebian || (one.Ecosystem == Go && scope.Modules.Contains(one.Name)))
            _affected.Add(one);
    }

    /// <summary>One for each package: a record may have several entries for one, and what one closes another may leave open.</summary>
    public IEnumerable<Advisory> Advisories()
    {
        foreach (IGrouping<(string Ecosystem, string Name), Affected> same in _affected.GroupBy(one => (one.Ecosystem, one.Name)))
        {
            if (same.Key.Ecosystem == Go)
                yield return new GoAdvisory
                {
                    Package = same.Key.Name,
                    Id = Id,
                    Aliases = [.. Aliases.Distinct(StringComparer.Ordinal)],
                    Summary = Summary,
                    Severity = Severity(),
                    Ranges = [.. Ranges(same, [SemVer, Ecosystem], GoEvent)],
                    Imports = same.All(one => one.Imports.Count > 0) ? [.. same.SelectMany(one => one.Imports)] : [],
                };
            else
                yield return new DebianAdvisory
                {
                    Package = same.Key.Name,
                    Id = Id,
                    Aliases = [.. Aliases.Distinct(StringComparer.Ordinal)],
                    Summary = Summary,
                    Severity = same.Select(one => AdvisorySeverity.OfUrgency(one.Urgency))
                        .Aggregate(Severity(), (left, right) => left.Or(right)),
                    // Only these are versions of a package; of GIT they are commits of its upstream.
                    Ranges = [.. Ranges(same, [Ecosystem], DebianEvent)],
                    Versions = [.. same.SelectMany(one => one.Versions)],
                    Status = same.Select(one => TrackerReader.OfUrgency(one.Urgency)).OfType<AdvisoryStatus>().FirstOrDefault(),
                };
        }
    }

    private AdvisorySeverity Severity()
    {
        AdvisorySeverity scored = Severities
            .Select(AdvisorySeverity.OfVector)
            .Aggregate(AdvisorySeverity.Unknown, (left, right) => left.Or(right));
        return scored.Level != SeverityLevel.Unknown || Word.Level == SeverityLevel.Unknown ? scored
            : scored.Source.Length == 0 ? Word
            : Word with { Source = $"{Word.Source}, {scored.Source}" };
    }

    private static IEnumerable<VersionRange<TVersion>> Ranges<TVersion>(
        IEnumerable<Affected> same,
        string[] types,
        Func<VersionEventKind, string, VersionEvent<TVersion>> parse
    )
        where TVersion : class, IComparable<TVersion> =>
        same.SelectMany(one => one.Ranges)
            .Where(range => types.Contains(range.Type))
            .Select(range => new VersionRange<TVersion>([
                .. range
                    .Events.Where(given => KindOf(given.Kind) is not null)
                    .Select(given => parse(KindOf(given.Kind)!.Value, given.Version)),
            ]));

    /// <summary>Null for what the schema has for other things, as <c>limit</c>.</summary>
    private static VersionEventKind? KindOf(string kind) =>
        kind switch
        {
            "introduced" => VersionEventKind.Introduced,
            "fixed" => VersionEventKind.Fixed,
            "last_affected" => VersionEventKind.LastAffected,
            _ => null,
        };

    private VersionEvent<DebianVersion> DebianEvent(VersionEventKind kind, string text) =>
        kind == VersionEventKind.Introduced && text == "0" ? new(kind, null)
        : DebianVersion.TryParse(text, out DebianVersion? version) ? new(kind, version)
        : throw json.Bad($"{Id}: '{kind}' wanted a Debian version, got '{text}'");

    private VersionEvent<GoVersion> GoEvent(VersionEventKind kind, string text) =>
        kind == VersionEventKind.Introduced && text == "0" ? new(kind, null)
        : GoVersion.TryParse(text, out GoVersion? version) ? new(kind, version)
        : throw json.Bad($"{Id}: '{kind}' wanted a version of a Go module, got '{text}'");

    private void ReadRange(Affected one)
    {
        string type = "";
        List<(string Kind, string Version)> events = [];
        json.Properties(key =>
        {
            if (key == "type")
                type = json.Text;
            else if (key == "events" && json.Type == JsonTokenType.StartArray)
                json.Items(() => json.Properties(kind => events.Add((kind, Kept()))));
            else
                json.Skip();
        });
        one.Ranges.Add((type, events));
    }

    /// <summary>Go's packages (https://go.dev/doc/security/vuln/database#schema, "EcosystemSpecific") and Debian's urgency.</summary>
    private void ReadSpecific(Affected one, string part)
    {
        if (part == "urgency" && json.Type == JsonTokenType.String)
            one.Urgency = json.Text;
        else if (part == "imports" && json.Type == JsonTokenType.StartArray)
            json.Items(() => one.Imports.Add(ReadImport()));
        else
            json.Skip();
    }

    private GoImport ReadImport()
    {
        string path = "";
        Dictionary<string, List<string>> lists = new(StringComparer.Ordinal)
        {
            ["symbols"] = [],
            ["goos"] = [],
            ["goarch"] = [],
        };
        json.Properties(key =>
        {
            if (key == "path")
                path = Kept();
            else if (lists.TryGetValue(key, out List<string>? list) && json.Type == JsonTokenType.StartArray)
                json.Items(() => list.Add(Kept()));
            else
                json.Skip();
        });
        return new GoImport(path, [.. lists["symbols"]], [.. lists["goos"]], [.. lists["goarch"]]);
    }

    private string Kept()
    {
        string text = json.Text;
        _kept += text.Length + 16;
        return _kept <= MostText
            ? text
            : throw json.Bad($"wanted at most {MostText} characters of versions and names in a record, got more");
    }

    private sealed class Affected
    {
        public string Ecosystem { get; set; } = "";

        public string Name { get; set; } = "";

        public string Urgency { get; set; } = "";

        public List<(string Type, List<(string Kind, string Version)> Events)> Ranges { get; } = [];

        public List<string> Versions { get; } = [];

        public List<GoImport> Imports { get; } = [];
    }
}
