using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>One verification on its way from a tag or digest to the verdicts.</summary>
internal sealed class Verification(VerificationPolicy policy, VerificationRequest request)
{
    private const int MaximumPlatforms = 64;

    private readonly IContentReader _place = request.Content;
    private readonly SignatureCheck _check = new(policy, request.Official);
    private readonly AttestationCheck _attestations = new(policy, request.Official);
    private readonly BundleReader _bundles = new(request.Signatures, policy.Signer);
    private readonly HashSet<Platform> _platforms = [];

    public async Task<VerificationResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            TaggedManifest? root = Digest.TryParse(request.Wanted, out Digest? digest)
                ? new TaggedManifest(digest, null)
                : await _place.FindTagAsync(request.Wanted, cancellationToken);
            return new VerificationResult(
                _place.Name,
                root is null
                    ? [Fail(null, FailureReason.TagMissing, $"{_place.Name} has no tag '{request.Wanted}'")]
                    : await JudgeRootAsync(root, cancellationToken)
            );
        }
        catch (ContentException e)
        {
            return new VerificationResult(_place.Name, [Fail(null, FailureReason.ManifestUnreadable, e.Message)]);
        }
    }

    private async Task<ImmutableArray<SubjectVerdict>> JudgeRootAsync(TaggedManifest root, CancellationToken cancellationToken)
    {
        (ManifestContent? content, SubjectVerdict? failed) = await ReadAsync(root, cancellationToken);
        if (content is null)
            return [failed!];
        Digest digest = root.Digest;
        Evidence evidence = new(_bundles, digest, content);
        SignatureFinding signature = await _check.FindAsync(evidence, cancellationToken);
        if (content.MediaType != MediaType.Index)
            return [await JudgeImageAsync(evidence, null, signature, cancellationToken)];

        (ImmutableArray<Descriptor> children, failed) = ChildrenOf(content);
        SubjectVerdict signed = new()
        {
            Digest = digest,
            Failure = signature.Failure,
            Text = signature.Text,
            Statements = signature.Statements,
        };
        List<SubjectVerdict> verdicts = [await WithStatementsAsync(signed.Passed ? failed ?? signed : signed, evidence, cancellationToken)];
        foreach (Descriptor child in children)
            verdicts.Add(await JudgeChildAsync(child, cancellationToken));
        return [.. verdicts];
    }

    private static (ImmutableArray<Descriptor> Children, SubjectVerdict? Failed) ChildrenOf(ManifestContent content)
    {
        Digest digest = content.Descriptor.Digest;
        try
        {
            ImmutableArray<Descriptor> children = Oci.Index.Parse(content.Bytes).Manifests;
            return children.Length switch
            {
                0 => ([], Fail(digest, FailureReason.IndexEmpty, "the index names no manifest")),
                > MaximumPlatforms => (
                    [],
                    Fail(
                        digest,
                        FailureReason.IndexTooLarge,
                        $"the index names {children.Length} manifests; wanted at most {MaximumPlatforms}"
                    )
                ),
                _ => (children, null),
            };
        }
        catch (ContentException e)
        {
            return ([], Fail(digest, FailureReason.ManifestUnreadable, e.Message));
        }
    }

    private async Task<SubjectVerdict> JudgeChildAsync(Descriptor entry, CancellationToken cancellationToken)
    {
        (ManifestContent? content, SubjectVerdict? failed) = await ReadAsync(new TaggedManifest(entry.Digest, null), cancellationToken);
        if (content is null)
            return failed! with { Platform = entry.Platform };
        Evidence evidence = new(_bundles, entry.Digest, content);
        SignatureFinding signature = await _check.FindAsync(evidence, cancellationToken);
        if (signature.Failure == FailureReason.SignatureMissing)
            signature = signature with { Failure = FailureReason.ChildUnsigned };
        SubjectVerdict verdict = await JudgeImageAsync(evidence, entry, signature, cancellationToken);
        return verdict.Passed && !_platforms.Add(verdict.Platform!.Normalized)
            ? verdict with
            {
                Failure = FailureReason.PlatformDuplicate,
                Text = $"the index names a second manifest for {verdict.Platform}",
            }
            : verdict;
    }

    /// <summary>What is not signed is not looked into.</summary>
    private async Task<SubjectVerdict> JudgeImageAsync(
        Evidence evidence,
        Descriptor? entry,
        SignatureFinding signature,
        CancellationToken cancellationToken
    )
    {
        ImageShape shape = signature.Failure is { } reason
            ? new ImageShape(entry?.Platform, reason, signature.Text)
            : await ImageShape.JudgeAsync(_place, evidence.Subject, entry, cancellationToken);
        SubjectVerdict verdict = new()
        {
            Digest = evidence.Digest,
            Platform = shape.Platform,
            Failure = shape.Failure,
            Text = shape.Failure is null ? signature.Text : shape.Text,
            Statements = signature.Statements,
        };
        return await WithStatementsAsync(verdict, evidence, cancellationToken);
    }

    /// <summary>Of what is signed and consistent, the statements that the policy wants are looked for, too.</summary>
    private async Task<SubjectVerdict> WithStatementsAsync(SubjectVerdict verdict, Evidence evidence, CancellationToken cancellationToken)
    {
        List<Statement> statements = [.. verdict.Statements];
        foreach (string type in verdict.Passed ? policy.Attestations : [])
        {
            StatementCheck.Finding finding = await _attestations.FindAsync(evidence, type, cancellationToken);
            if (finding.Failure is { } reason)
                return verdict with { Failure = reason, Text = finding.Text, PassedOver = evidence.PassedOver };
            statements.AddRange(finding.Statements);
        }

        List<string> others = [];
        List<Statement> told = [];
        foreach (string type in verdict.Passed && evidence.IsListed ? policy.Optional : [])
        {
            StatementCheck.Finding finding = await _attestations.FindBundledAsync(evidence, type, cancellationToken);
            if (finding.Failure is not null)
                continue;
            others.Add(type);
            told.AddRange(finding.Statements);
        }

        return verdict with
        {
            Statements = [.. statements],
            AlsoSigned = [.. others],
            AlsoStated = [.. told],
            PassedOver = evidence.PassedOver,
        };
    }

    private async Task<(ManifestContent?, SubjectVerdict?)> ReadAsync(TaggedManifest wanted, CancellationToken cancellationToken)
    {
        Digest digest = wanted.Digest;
        try
        {
            ManifestContent? content = wanted.Content ?? await _place.ReadManifestAsync(digest, cancellationToken);
            if (content is null)
                return (null, Fail(digest, FailureReason.ManifestMissing, $"{_place.Name} lacks manifest {digest}"));
            return digest.Matches(content.Bytes.Span)
                ? (content, null)
                : (
                    null,
                    Fail(
                        digest,
                        FailureReason.ManifestUnreadable,
                        $"{_place.Name}: manifest wanted {digest}, got {content.Descriptor.Digest}"
                    )
                );
        }
        catch (ContentException e)
        {
            return (null, Fail(digest, FailureReason.ManifestUnreadable, e.Message));
        }
    }

    private static SubjectVerdict Fail(Digest? digest, FailureReason reason, string text) =>
        new()
        {
            Digest = digest,
            Failure = reason,
            Text = text,
        };
}
