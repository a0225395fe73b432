using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Vex;

namespace Slipway.Workflows;

/// <summary>What is known to be in an image, and what is judged of its weaknesses.</summary>
internal sealed record ScannedImage(SoftwareInventory Inventory)
{
    /// <summary>By the platform, the names of a weakness and a package; null where nobody judged.</summary>
    public Func<Platform, IEnumerable<string>, string, VexVerdict?>? Judge { get; init; }

    /// <summary>The judgements that stand beside the definition; null for another image, and where there are none.</summary>
    public ImageVex? Definition { get; init; }

    /// <summary>With the judgements of a release's own VEX documents, whose signatures were verified.</summary>
    /// <param name="subjects">What was verified.</param>
    public ScannedImage JudgedBy(ImmutableArray<SubjectVerdict> subjects)
    {
        Dictionary<Platform, (Digest Image, OpenVexDocument[] Documents)> documents = [];
        foreach (SubjectVerdict subject in subjects.Where(subject => subject is { Platform: not null, Digest: not null }))
        {
            try
            {
                OpenVexDocument[] all =
                [
                    .. subject
                        .AlsoStated.Where(statement => statement.PredicateType == Statement.OpenVexType)
                        .Select(statement => OpenVexDocument.Parse(statement.Predicate)),
                ];
                // An earlier one stays beside it for ever: signatures are append-only.
                documents[subject.Platform!] = (
                    subject.Digest!,
                    [.. all.Where(document => document.Timestamp == all.Max(other => other.Timestamp))]
                );
            }
            catch (ContentException e)
            {
                return With($"{subject.Platform}: its VEX document cannot be read, so no judgement counts: {e.Message}");
            }
        }

        return this with
        {
            Judge = (platform, ids, package) =>
                documents.TryGetValue(platform, out (Digest Image, OpenVexDocument[] Documents) here)
                    ? here
                        .Documents.Select(document => document.For(here.Image, ids, package))
                        .OfType<VexVerdict>()
                        .OrderBy(verdict => verdict.Status)
                        .FirstOrDefault()
                    : null,
        };
    }

    /// <summary>What it has by the SBOMs of a release that passed.</summary>
    public static ScannedImage Of(string name, ReleaseVerdict verdict)
    {
        verdict.RequirePassed();
        ImmutableArray<SubjectVerdict> subjects = verdict.Places[0].Result!.Subjects;
        return new ScannedImage(
            SbomPackages.InventoryOf(
                name,
                [
                    .. from subject in subjects
                    where subject.Platform is not null
                    from statement in subject.Statements
                    where statement.PredicateType == Statement.SpdxType
                    select (subject.Platform!, Spdx.SpdxDocument.Parse(statement.Predicate)),
                ]
            )
        ).JudgedBy(subjects);
    }

    private ScannedImage With(string gap) => this with { Inventory = Inventory with { Gaps = Inventory.Gaps.Add(gap) } };
}
