using System.Collections.Immutable;
using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Whose signatures are believed about releases, and who must have built them again.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Verify: layout folder with the signatures of a local --reference; default: trust beside its folder, else in it",
        Name = "Trust"
    )]
    private readonly AbsolutePath? TrustFolder;

    [Parameter("Verify: signers who must have reproduced the build: public keys in PEM, or IDENTITY,ISSUER")]
    private readonly string[] ReproducedBy = [];

    private async Task<ReleaseSigners> NewReleaseSignersAsync(Report report)
    {
        ITrustedSigner trusted = await Signers.TrustedAsync(Stop);
        var reproducers = ImmutableArray.CreateBuilder<ITrustedSigner>();
        foreach (string named in ReproducedBy)
            reproducers.Add(await ReproducerAsync(named));
        if (reproducers.FirstOrDefault(signer => reproducers.Count(other => IsSame(signer, other)) > 1) is { } twice)
            throw new WorkflowException($"--reproduced-by: {twice.Name} is listed twice; name it once", FailureKind.WrongUse);
        if (reproducers.Any(signer => IsSame(signer, trusted)))
            throw new WorkflowException(
                $"--reproduced-by: {trusted.Name} signs the release itself, so its reproduction is not independent. Name "
                    + "another signer",
                FailureKind.WrongUse
            );
        return new ReleaseSigners(trusted, reproducers.ToImmutable());
    }

    /// <summary>Whether two are one: names are abbreviated, and an identity is one whoever signers its certificates.</summary>
    private static bool IsSame(ITrustedSigner one, ITrustedSigner other) =>
        (one, other) switch
        {
            (CertificateIdentity mine, CertificateIdentity theirs) => (mine.Subject, mine.Issuer) == (theirs.Subject, theirs.Issuer),
            _ => one.Equals(other),
        };

    private async Task<ITrustedSigner> ReproducerAsync(string named)
    {
        if (Path.Exists(named))
            return VerificationKey.FromFile(named);
        return named.Split(',') is [{ Length: > 0 } identity, { Length: > 0 } issuer]
            ? await (
                Signers with
                {
                    SigningKey = null,
                    KmsKey = null,
                    PublicKey = null,
                    Identity = identity,
                    Issuer = issuer,
                    Environment = _ => null,
                }
            ).TrustedAsync(Stop)
            : throw new SigningKeyException($"--reproduced-by {named}: file not found; wanted a public key in PEM, or IDENTITY,ISSUER");
    }

    /// <summary>Whom the command line believes about releases, and who must have built them again.</summary>
    private sealed record ReleaseSigners(ITrustedSigner Signer, ImmutableArray<ITrustedSigner> Reproducers);

    /// <summary>
    /// The image that files must be: the one asked for, else the one that they say they are. The signature has to name its
    /// repository, so saying something else helps nobody.
    /// </summary>
    private async Task<OfficialImage> OfficialOfAsync(LocalImage image, string wanted) =>
        Officials.OfFiles(await image.TitleAsync(wanted, Stop))
        ?? throw new WorkflowException(
            $"--reference {Reference}: {(await image.HoldsAsync(wanted, Stop) ? "it" : "it has no such tag and")} does "
                + "not say which image it is, so the repository that its signatures must name is not known. Give --images NAME "
                + "or --official REPOSITORY",
            FailureKind.WrongUse
        );
}
