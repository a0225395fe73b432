using Slipway.Oci;
using Slipway.Registry;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>
/// Copies a release from one registry to another: verified first, by digest, with its signatures and all that is said about it,
/// its tags last. Needs nothing of the machine that made it. Publishing with another source: the same phases, the same
/// refusals, and rerunning goes on where a run ended. What only the destination holds about the release stays.
/// </summary>
/// <param name="connect">Makes a client with no memory of earlier requests.</param>
/// <param name="policy">What the release must be, and each tag that is copied; its signatures again when the copies are read back.</param>
/// <param name="log">Is told of each phase in one line.</param>
public sealed class Mirror(Func<RegistryClient> connect, ReleasePolicy policy, Action<string> log)
{
    private readonly ReleaseVerifier _verifier = new(policy with { RequiresTagForm = true });

    /// <exception cref="ContentException">
    /// The source does not verify, is no release, one of its tags claims what is not so, or a tag names something else at the destination.
    /// </exception>
    /// <exception cref="Http.RemoteException">A registry did not do its part.</exception>
    public async Task<ReleaseRecord> CopyAsync(MirrorRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        RegistryClient client = connect();
        Repository source = client.Repository(request.Source),
            destination = client.Repository(request.Destination);
        log($"{request.Image}: verifying {request.Source}");
        VerificationRequest asked = await AskedAsync(request, source, cancellationToken);
        VerificationResult read = await VerifiedAsync(request, asked, cancellationToken);
        ReleasePlan plan = await new MirrorPlan(request, source, log).ReadAsync(read.Digest!, cancellationToken);
        // A false tag at the destination would be ours. It is no reason to leave it behind and go on: whoever wrote it may write there.
        await new TagProofs(policy).RequireAsync(
            plan,
            read,
            asked,
            $"another process wrote that tag; nothing was copied. Run {new NextCommand("Drift") { Image = plan.Image }}, or copy the others "
                + "alone by --tags PATTERN",
            cancellationToken
        );
        EvidenceCopy others = new(source, destination);
        await RequireFreeAsync(plan, destination, cancellationToken);
        await others.RequireFreeAsync(plan.Subjects, cancellationToken);
        EvidencePlan evidence = await EvidencePlan.ReadAsync(
            plan.Subjects,
            new EvidenceReview(policy.Signer, request.Official, source),
            source,
            destination,
            cancellationToken
        );

        log(
            $"{request.Image}: {await others.RunAsync(plan.Subjects, cancellationToken)} statements of other kinds about it sent "
                + $"to {destination.Name}"
        );
        foreach (string left in evidence.LeftBehind.Concat(others.LeftBehind))
            log($"{request.Image}: left behind: {left}");
        return await new Publisher(connect, VerificationPolicy.Require(policy.Signer).WithAttestations(evidence.Kinds), log).PublishAsync(
            new ReleaseContent(evidence.Added(plan), source, evidence.Content),
            _ => Task.CompletedTask,
            cancellationToken
        );
    }

    /// <summary>The digest that is verified is the digest that is copied, wherever the tag leads meanwhile.</summary>
    private static async Task<VerificationRequest> AskedAsync(MirrorRequest request, Repository source, CancellationToken cancellationToken)
    {
        Digest digest = request.Source.Digest
            ?? (await source.ResolveAsync(request.Source.Tag!, cancellationToken))?.Digest
            ?? throw new ContentException($"{request.Source}: {FailureReason.TagMissing.Name()}: there is no such tag; nothing was copied");
        return new VerificationRequest
        {
            Content = source,
            Signatures = source,
            Wanted = digest.ToString(),
            Official = request.Official,
        };
    }

    private async Task<VerificationResult> VerifiedAsync(
        MirrorRequest request,
        VerificationRequest asked,
        CancellationToken cancellationToken
    )
    {
        VerificationResult read = await _verifier.ReadAsync(asked, cancellationToken);
        PlaceVerdict verdict = await _verifier.JudgeAsync(read, policy.Claims ?? ClaimsOf(request.Source.Tag), asked, cancellationToken);
        if (verdict.Result!.Failures.FirstOrDefault() is { } failure)
            throw new ContentException($"{request.Source}: {failure.Failure!.Value.Name()}: {failure.Text}; nothing was copied");
        log($"{request.Image}: {request.Source} claims {verdict.Claims}; it is {verdict.Origin}");
        return read;
    }

    private static TagClaims ClaimsOf(string? tag) => tag is null ? TagClaims.None : TagClaims.Of(tag);

    /// <summary>What publishing refuses is refused before anything about the release is sent, too.</summary>
    private static async Task RequireFreeAsync(ReleasePlan plan, Repository destination, CancellationToken cancellationToken)
    {
        foreach (PlannedTag tag in plan.Tags)
        {
            if (await destination.ResolveAsync(tag.Name, cancellationToken) is { } there && there.Digest != plan.SubjectOf(tag).Digest)
            {
                NextCommand drift = new("Drift") { Image = plan.Image };
                throw drift.After(
                    new ContentException(
                        $"{destination.Name}:{tag.Name}: wanted {plan.SubjectOf(tag).Digest}, got {there.Digest}: the tag never moves; "
                            + $"nothing was copied. Run {drift}"
                    )
                );
            }
        }
    }
}
