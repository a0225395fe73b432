using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Writes a release that verifies, with all that is signed about it, into one archive.</summary>
/// <param name="policy">What it must be.</param>
/// <param name="signers">Whose statements go into the archive.</param>
internal sealed class SaveWorkflow(ReleasePolicy policy, ImmutableArray<ITrustedSigner> signers, Action<string> log)
{
    /// <summary>How many bytes of what else refers to the image go along, unverified; null for none of it.</summary>
    public long? MostUnverified { get; init; }

    /// <summary>Verifies, then writes what was verified and tells what else is there.</summary>
    /// <exception cref="ContentException">It does not verify; nothing was written.</exception>
    public async Task RunAsync(VerificationRequest release, string file, CancellationToken cancellationToken)
    {
        PlaceVerdict verdict = await new ReleaseVerifier(policy).VerifyAsync(release, cancellationToken);
        verdict.RequirePassed();
        log($"{release.Content.Name}:{release.Wanted} claims {verdict.Claims}; it is {verdict.Origin}");
        Digest root = verdict.Result!.Digest!;
        ImageArchive archive = new(release, signers) { MostUnverified = MostUnverified };
        ImmutableArray<string> leftOut = await archive.WriteAsync(file, root, release.Wanted, cancellationToken);
        log($"{release.Content.Name}:{release.Wanted} is {root}, in {file}");
        foreach (string one in leftOut)
            log($"left out: {one}");
    }
}
