using System.Text.Json;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Reporting;

/// <summary>A verdict as people and programs read it: a table and one line, or the same as JSON.</summary>
internal static class VerificationView
{
    /// <summary>A row for each place and each manifest there; what was found against them, each thing once; the verdict.</summary>
    public static void Show(Report report, ReleaseVerdict verdict)
    {
        bool hasNames = verdict.Places.Any(place => place.Origin is not null);
        report.Table(
            hasNames ? ["what", "digest", "verdict", "claims"] : ["what", "digest", "verdict"],
            from place in verdict.Places
            from row in place.Result is { } result
                ? result.Subjects.Select((subject, i) => Row(place, subject, i))
                :
                [
                    [place.Place, "-", "unreachable", ""],
                ]
            select (IReadOnlyList<string>)row[..(hasNames ? 4 : 3)]
        );
        foreach (string found in verdict.Places.SelectMany(Found))
            report.Result(found);
        foreach (
            string named in verdict
                .Places.Where(place => place.Origin is not null)
                .GroupBy(place => (place.Claims, Text: place.Origin!.ToString()))
                .Select(Named)
        )
            report.Result(named);
        foreach (string passed in PassedOver(verdict.Places))
            report.Result($"passed over: {passed}");
        foreach (IGrouping<string, string> also in AlsoSigned(verdict.Places))
            report.Result($"also signed: {also.Key}, at {Joined(also.Distinct())}");
        report.Result(Line(verdict));
    }

    public static byte[] Json(ReleaseVerdict verdict) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("verdict", Word(verdict));
            writer.WriteStartArray("places");
            foreach (PlaceVerdict place in verdict.Places)
            {
                writer.WriteStartObject();
                writer.WriteString("place", place.Place);
                writer.WriteBoolean("passed", place.Passed);
                writer.WriteString("unreachable", place.Unreachable?.Message);
                WriteOrigin(writer, place);
                writer.WriteStartArray("subjects");
                foreach (SubjectVerdict subject in place.Result?.Subjects ?? [])
                {
                    writer.WriteStartObject();
                    writer.WriteString("digest", subject.Digest?.ToString());
                    writer.WriteString("platform", subject.Platform?.ToString());
                    writer.WriteString("failure", subject.Failure?.Name());
                    writer.WriteString("text", subject.Text);
                    writer.WriteStartArray("alsoSigned");
                    foreach (string kind in subject.AlsoSigned)
                        writer.WriteStringValue(kind);
                    writer.WriteEndArray();
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
                writer.WriteStartArray("passedOver");
                foreach (string passed in PassedOver([place]))
                    writer.WriteStringValue(passed);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    /// <summary>What its name claims, and which build it is: null where it did not pass.</summary>
    private static void WriteOrigin(Utf8JsonWriter writer, PlaceVerdict place)
    {
        writer.WriteString("tag", place.Claims.Tag);
        writer.WriteStartArray("claims");
        foreach (string claim in place.Claims.Words)
            writer.WriteStringValue(claim);
        writer.WriteEndArray();
        if (place.Origin is not { Provenance: var provenance } origin)
        {
            writer.WriteNull("origin");
            return;
        }

        writer.WriteStartObject("origin");
        writer.WriteString("image", provenance.Parameters.Image);
        writer.WriteString("source", provenance.Parameters.Source);
        writer.WriteString("commit", provenance.Parameters.Commit);
        writer.WriteString("gitTag", provenance.Parameters.Tag);
        writer.WriteString("gitDescription", provenance.Description);
        writer.WriteString("builder", provenance.BuilderId);
        writer.WriteString("builtOn", origin.BuiltOn);
        writer.WriteEndObject();
    }

    /// <summary>A name that does not say which release it is may name an older one: what it is, is told then.</summary>
    private static string Named(IEnumerable<PlaceVerdict> same)
    {
        PlaceVerdict first = same.First();
        string what = first.Claims.Tag is { } tag ? $"the tag {tag}" : "what was asked for";
        return first.Claims.SaysWhich
            ? $"{what} claims {first.Claims}, and is that: {first.Origin}"
            : $"{what} claims {first.Claims}, so it may be any release of the signer's: {first.Origin}. --not-older-than refuses "
                + "older ones";
    }

    /// <summary>What beside the release was too much to look at, which none of it needed.</summary>
    private static IEnumerable<string> PassedOver(IEnumerable<PlaceVerdict> places) =>
        places.SelectMany(place => place.Result?.Subjects.SelectMany(subject => subject.PassedOver) ?? []).Distinct();

    /// <summary>What nobody asked for, by its kind, with the places that have it.</summary>
    private static IEnumerable<IGrouping<string, string>> AlsoSigned(IEnumerable<PlaceVerdict> places) =>
        from place in places.Where(place => place.Passed)
        from kind in place.Result!.Subjects.SelectMany(subject => subject.AlsoSigned).Distinct()
        group place.Place by kind switch
        {
            Statement.OpenVexType => $"a VEX document ({kind})",
            Statement.CycloneDxType => $"a CycloneDX SBOM ({kind})",
            _ => kind,
        };

    /// <summary>The first row of a place is about what was asked for; what follows are its parts.</summary>
    private static string[] Row(PlaceVerdict place, SubjectVerdict subject, int at) =>
        [
            at == 0 ? place.Place : "  " + Part(subject),
            subject.Digest?.Abbreviated ?? "-",
            subject.Failure?.Name() ?? "verified",
            at == 0 && place.Origin is not null ? place.Claims.ToString() : "",
        ];

    private static IEnumerable<string> Found(PlaceVerdict place) =>
        place.Unreachable is { } unreachable
            ? [$"unreachable: {unreachable.Message}"]
            : place
                .Result!.Failures.GroupBy(failure => (failure.Failure!.Value, failure.Text))
                .Select(same =>
                    $"{same.Key.Value.Name()}: {place.Place}{(same.First().Digest is null ? "" : $" ({string.Join(", ", same.Select(Part))})")}: {same.Key.Text}"
                );

    private static string Part(SubjectVerdict subject) =>
        subject.Platform?.ToString() ?? (subject.Failure == FailureReason.DigestDiffersBetweenRegistries ? "all registries" : "index");

    private static string Line(ReleaseVerdict verdict) =>
        verdict.Passed ? $"verified: {string.Join("; ", Trusted(verdict))}" : $"{Word(verdict)}: {string.Join("; ", Against(verdict))}";

    /// <summary>Each digest with all the places that have it, and who signed it.</summary>
    private static IEnumerable<string> Trusted(ReleaseVerdict verdict) =>
        verdict
            .Places.GroupBy(place => place.Result!.Digest!)
            .Select(same => $"{same.Key} at {Joined(same.Select(place => place.Place))}, {same.First().Result!.Subjects[0].Text}");

    private static IEnumerable<string> Against(ReleaseVerdict verdict) =>
        verdict
            .Failures.GroupBy(failure => failure.Place.Place, failure => failure.Subject.Failure!.Value.Name())
            .Select(place =>
                $"{place.Key}: {string.Join(", ", place.Distinct().OrderBy(reason => reason != FailureReason.DigestDiffersBetweenRegistries.Name()))}"
            )
            .Concat(verdict.Unreachable.Select(place => $"nothing is known of {place.Place}"));

    private static string Word(ReleaseVerdict verdict) =>
        verdict.Passed ? "verified"
        : verdict.Failures.Any() ? "failed"
        : "unreachable";

    private static string Joined(IEnumerable<string> places) => string.Join(" and ", places);
}
