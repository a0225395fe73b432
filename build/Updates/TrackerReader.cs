using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Debian;

namespace Slipway.Updates;

/// <summary>
/// Debian's security tracker: <c>{ SOURCE: { CVE: { releases: { CODENAME: { status, fixed_version } } } } }</c>. Open means every version,
/// resolved those before the fixed one, of which <c>0</c> means none; what is undetermined says nothing.
/// </summary>
internal sealed class TrackerReader(JsonTokens json, AdvisoryScope scope, List<Advisory> found)
{
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
        if (!scope.Sources.Contains(source))
        {
            json.Require(JsonTokenType.StartObject);
            json.Skip();
            return;
        }

        json.Properties(id =>
            json.Properties(key =>
            {
                if (key != "releases")
                {
                    json.Skip();
                    return;
                }

                json.Properties(release =>
                {
                    if (release == scope.Codename)
                        ReadRelease(source, id);
                    else
                        json.Skip();
                });
            })
        );
    }

    private void ReadRelease(string source, string id)
    {
        string status = "",
            version = "";
        json.Properties(key =>
        {
            if (key == "status")
                status = json.Text;
            else if (key == "fixed_version")
                version = json.Text;
            else
                json.Skip();
        });
        switch (status)
        {
            case "open":
                Add(source, id, []);
                break;
            case "undetermined":
                break;
            case "resolved" when DebianVersion.TryParse(version, out DebianVersion? parsed):
                Add(source, id, [new VersionEvent(VersionEventKind.Fixed, parsed)]);
                break;
            default:
                throw json.Bad(
                    $"{source}: {id}: {scope.Codename}: wanted status open, undetermined or resolved with a fixed_version, got "
                        + $"'{status}' with '{version}'"
                );
        }
    }

    private void Add(string source, string id, ImmutableArray<VersionEvent> events) =>
        found.Add(new Advisory(source, [id], [new VersionRange(events.Add(new VersionEvent(VersionEventKind.Introduced, null)))], []));
}
