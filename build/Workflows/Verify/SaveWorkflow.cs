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

    /// <summary>By which identities are believed: what of it was used goes along.</summary>
    public required SigstoreInstance Sigstore { get; init; }

    /// <summary>Verifies, then writes what was verified and tells what else is there.</summary>
    /// <exception cref="ContentException">It does not verify; nothing was written.</exception>
    public async Task RunAsync(VerificationRequest release, string file, CancellationToken cancellationToken)
    {
        PlaceVerdict verdict = await new ReleaseVerifier(policy).VerifyAsync(release, cancellationToken);
        verdict.RequirePassed();
        log($"{release.Content.Name}:{release.Wanted} claims {verdict.Claims}; it is {verdict.Origin}");
        Digest root = verdict.Result!.Digest!;
        ReadOnlyMemory<byte>? trustedRoot = signers.OfType<CertificateIdentity>().Any()
            ? await Sigstore.ReadContentAsync(cancellationToken)
            : (ReadOnlyMemory<byte>?)null;
        ImageArchive archive = new(release, signers) { MostUnverified = MostUnverified, TrustedRoot = trustedRoot };
        ImmutableArray<string> leftOut = await archive.WriteAsync(file, root, release.Wanted, cancellationToken);
        log($"{release.Content.Name}:{release.Wanted} is {root}, in {file}");
        if (trustedRoot is { } used)
            log($"{file} carries the trusted root {Digest.Of(used.Span)}, which nobody believes without --trusted-root-digest");
        foreach (string one in leftOut)
            log($"left out: {one}");
    }
}
