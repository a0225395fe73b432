using Slipway.Oci;
using Slipway.Registry;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>Compares what tags name on the registries with each other and with records. Asks nobody.</summary>
internal sealed class TagComparison(DriftRequest request, TagSurvey survey)
{
    private readonly Repository[] _sites = [.. survey.Reached];

    /// <exception cref="ContentException">Two records say different things of one tag.</exception>
    public IEnumerable<DriftFinding> Compare() => survey.Names.SelectMany(tag => TagStyles.Of(tag).NeverMoves() ? Fixed(tag) : Moving(tag));

    /// <summary>The release and its tags as a record has them; null where none has.</summary>
    private Digest? Recorded(Repository site, string tag)
    {
        Digest? digest = null;
        string origin = "";
        foreach (RecordedRelease record in request.Records.Where(record => record.Image == request.Image))
        {
            // Every registry gets the same bytes, so what is recorded of another one counts here, too.
            Digest? here = record.Tags.GetValueOrDefault(site.Name)?.GetValueOrDefault(tag)
                ?? record.Tags.Values.Select(tags => tags.GetValueOrDefault(tag)).FirstOrDefault(found => found is not null);
            if (here is null)
                continue;
            if (digest is not null && digest != here)
                throw new ContentException(
                    $"{request.Image}: {origin} says that {tag} is {digest}, {record.Origin} says {here}: one of the records is "
                        + "wrong. Leave it out of --records"
                );
            (digest, origin) = (here, record.Origin);
        }

        return digest;
    }

    private IEnumerable<DriftFinding> Fixed(string tag)
    {
        (Repository Site, Digest Digest)[] present = Present(tag);
        foreach (Repository site in _sites)
        {
            Digest? there = survey.At(site, tag);
            WithdrawalEntry? withdrawn = request.Withdrawals.LastOrDefault(entry => entry.Concerns(site.Name, tag));
            if (withdrawn is not null && (there is null || withdrawn.Subjects.Contains(there)))
            {
                if (there is not null)
                    yield return Found(
                        DriftKind.TagWithdrawn,
                        site,
                        tag,
                        there,
                        $"withdrawn at {withdrawn.Time:yyyy-MM-dd HH:mm}Z ({withdrawn.Reason}), but it still exists"
                    );
                continue;
            }

            Digest? recorded = Recorded(site, tag);
            Digest? wanted = recorded ?? present.FirstOrDefault().Digest;
            string source = recorded is not null ? "its record" : present.FirstOrDefault().Site?.Name ?? "";
            if (there is null && wanted is not null)
                yield return Found(DriftKind.TagMissing, site, tag, null, $"wanted {wanted} as {source} says, got no such tag");
            else if (there is not null && there != wanted)
                yield return Found(DriftKind.TagMoved, site, tag, there, $"wanted {wanted} as {source} says, got {there}");
        }
    }

    private IEnumerable<DriftFinding> Moving(string tag)
    {
        (Repository Site, Digest Digest)[] present = Present(tag);
        return present
            .Skip(1)
            .Where(other => other.Digest != present[0].Digest)
            .Select(other =>
                Found(
                    DriftKind.MovingTagDiffers,
                    other.Site,
                    tag,
                    other.Digest,
                    $"{other.Digest}, while {present[0].Site.Name} has {present[0].Digest}"
                )
            );
    }

    private (Repository Site, Digest Digest)[] Present(string tag) =>
        [.. from site in _sites let digest = survey.At(site, tag) where digest is not null select (site, digest)];

    private DriftFinding Found(DriftKind kind, Repository site, string tag, Digest? digest, string text) =>
        new(kind, request.Image, site.Name, tag, digest, text);
}
