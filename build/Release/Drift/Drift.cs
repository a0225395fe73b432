using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Compares what stands on the registries with each other and with what was published: tags, what they lead to, and its
/// signatures. Reads only. A registry that cannot be asked is a finding of its own and never a reason for another.
/// </summary>
/// <param name="client">Reads; its credentials are not used, since what matters is what everybody gets to see.</param>
/// <param name="policy">What a release must be, and each of its tags; null looks only whether signatures are there.</param>
public sealed class Drift(RegistryClient client, ReleasePolicy? policy)
{
    /// <summary>Nobody reads more about one image; whoever may push could make them without end.</summary>
    public const int MostFindings = 1000;

    /// <summary>More release and build tags of one registry are not compared.</summary>
    public const int MostTags = TagSurvey.MostTags;

    private readonly ReleaseVerifier? _verifier = policy is null ? null : new(policy with { RequiresTagForm = true });

    /// <exception cref="ContentException">Two records contradict each other.</exception>
    public async Task<DriftReport> CompareAsync(DriftRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RegistryClient anonymous = client.WithoutCredentials();
        ImmutableArray<Repository> sites = [.. request.Destinations.Select(anonymous.Repository)];
        TagSurvey survey = new(sites);
        IEnumerable<string> recorded = request
            .Records.Where(record => record.Image == request.Image)
            .SelectMany(record => record.Tags.Values.SelectMany(tags => tags.Keys));
        IEnumerable<string> withdrawn = request
            .Withdrawals.SelectMany(entry => entry.Destinations)
            .SelectMany(destination => destination.Removed.Union(destination.Standing));
        await survey.ReadAsync(
            tag => IsOurs(tag) && request.Wanted(tag),
            recorded.Concat(withdrawn).Where(request.Wanted),
            cancellationToken
        );

        List<DriftFinding> findings = [.. survey.Failures.Select(failure => Failed(request, failure.Key.Name, failure.Value))];
        findings.AddRange(
            survey.Beyond.Select(site => new DriftFinding(
                DriftKind.TagsBeyondLimit,
                request.Image,
                site.Name,
                null,
                null,
                $"it lists more tags than are read ({TagSurvey.MostTags} of releases and builds): the rest was not compared. Narrow "
                    + "it with --tags PATTERN, and find out who pushes there"
            ))
        );
        int omitted = 0;
        foreach (DriftFinding finding in new TagComparison(request, survey).Compare())
        {
            if (findings.Count < MostFindings)
                findings.Add(finding);
            else
                omitted++;
        }

        ContentSurvey content = new(request.Image, [.. survey.Reached]);
        foreach (Repository site in survey.Reached)
        {
            try
            {
                List<DriftFinding> found = await SignaturesAsync(request, site, survey, content, cancellationToken);
                omitted += Math.Max(0, found.Count - MostFindings);
                findings.AddRange(found.Take(MostFindings));
            }
            catch (Exception e) when (e is RegistryException or ContentException)
            {
                findings.Add(Failed(request, e is RegistryException asked ? $"{asked.Registry}/{asked.RepositoryName}" : site.Name, e));
            }
        }

        return new DriftReport
        {
            Image = request.Image,
            Destinations = request.Destinations,
            Tags = survey.Names.Count,
            Content = content.Count,
            IsJudged = policy is not null,
            Findings = Sorted(request, content.Findings.Concat(findings)),
            Omitted = omitted + content.Omitted,
        };
    }

    /// <summary>Looks for what the tags of one registry lead to, and for its signatures.</summary>
    private async Task<List<DriftFinding>> SignaturesAsync(
        DriftRequest request,
        Repository site,
        TagSurvey survey,
        ContentSurvey content,
        CancellationToken cancellationToken
    )
    {
        List<DriftFinding> findings = [];
        HashSet<Digest> checkedBefore = [];
        ILookup<Digest, string> roots = survey.Names.Where(tag => survey.At(site, tag) is not null).ToLookup(tag => survey.At(site, tag)!);
        foreach (Digest root in roots.Select(tags => tags.Key))
        {
            ImmutableArray<Digest> subjects = await content.CheckAsync(site, root, cancellationToken);
            foreach (Digest subject in subjects.Where(checkedBefore.Add))
            {
                if (await site.ResolveAsync(SignatureManifest.TagOf(subject), cancellationToken) is null)
                    findings.Add(
                        new DriftFinding(
                            DriftKind.SignatureMissing,
                            request.Image,
                            site.Name,
                            null,
                            subject,
                            $"{subject} has no signature under {SignatureManifest.TagOf(subject)}"
                        )
                    );
            }

            findings.AddRange(await VerifyAsync(request, site, root, roots[root], cancellationToken));
        }

        return findings;
    }

    /// <summary>Reads a release once, and judges it under each of its names; finds nothing where there is no policy.</summary>
    private async Task<List<DriftFinding>> VerifyAsync(
        DriftRequest request,
        Repository site,
        Digest root,
        IEnumerable<string> tags,
        CancellationToken cancellationToken
    )
    {
        if (_verifier is not { } verifier)
            return [];
        VerificationRequest asked = new()
        {
            Content = site,
            Signatures = site,
            Wanted = root.ToString(),
            Official = request.Destinations[0],
        };
        VerificationResult read = await verifier.ReadAsync(asked, cancellationToken);
        List<DriftFinding> findings = [.. read.Failures.Select(failure => Untrusted(request, site, null, failure))];
        if (!read.Passed)
            return findings;
        foreach (string tag in tags)
        {
            PlaceVerdict verdict = await verifier.JudgeAsync(read, TagClaims.Of(tag), asked, cancellationToken);
            findings.AddRange(verdict.Result!.Failures.Take(1).Select(failure => Untrusted(request, site, tag, failure)));
        }

        return findings;
    }

    private static DriftFinding Untrusted(DriftRequest request, Repository site, string? tag, SubjectVerdict failure) =>
        new(
            KindOf(failure.Failure!.Value),
            request.Image,
            site.Name,
            tag,
            failure.Digest,
            $"{failure.Failure!.Value.Name()}: {failure.Text}"
        )
        {
            Reason = failure.Failure,
        };

    private static DriftKind KindOf(FailureReason reason) =>
        reason switch
        {
            FailureReason.SignatureMissing or FailureReason.ChildUnsigned => DriftKind.SignatureMissing,
            FailureReason.ManifestMissing or FailureReason.ConfigMissing => DriftKind.ChildMissing,
            < FailureReason.SignatureMissing => DriftKind.ContentDamaged,
            >= FailureReason.AttestationMissing and <= FailureReason.AttestationReferenceMismatch => DriftKind.AttestationInvalid,
            > FailureReason.AttestationReferenceMismatch => DriftKind.ClaimFalse,
            _ => DriftKind.SignatureInvalid,
        };

    private static bool IsOurs(string tag) => TagStyles.Of(tag) is TagStyle.Release or TagStyle.Build or TagStyle.Moving;

    /// <summary>
    /// What breaks the protocol is not going to be better by waiting; what was refused or not answered tells nothing of the content.
    /// </summary>
    private static DriftFinding Failed(DriftRequest request, string repository, Exception failure) =>
        new(
            failure is RemoteException { Fault: not RemoteFault.Protocol } ? DriftKind.RegistryUnreachable : DriftKind.RegistryUnsound,
            request.Image,
            repository,
            null,
            null,
            failure.Message
        );

    /// <summary>What two ways of looking found is told once, by the one that has the verdict's reason.</summary>
    private static ImmutableArray<DriftFinding> Sorted(DriftRequest request, IEnumerable<DriftFinding> findings)
    {
        List<string> order = [.. request.Destinations.Select(destination => destination.Name)];
        return
        [
            .. findings
                .OrderBy(finding => finding.Reason is null)
                .DistinctBy(finding => (finding.Kind, finding.Repository, finding.Tag, finding.Digest))
                .OrderBy(finding => order.IndexOf(finding.Repository))
                .ThenBy(finding => finding.Tag, StringComparer.Ordinal)
                .ThenBy(finding => finding.Kind)
                .ThenBy(finding => finding.Digest?.ToString(), StringComparer.Ordinal),
        ];
    }
}
