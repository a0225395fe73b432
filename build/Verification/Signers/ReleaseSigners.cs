using System.Collections.Immutable;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>Whose signatures are believed about releases, and who must have built them again.</summary>
/// <param name="Signer">Of the release.</param>
/// <param name="Reproducers">Each of them another one than the signer.</param>
public sealed record ReleaseSigners(ITrustedSigner Signer, ImmutableArray<ITrustedSigner> Reproducers)
{
    /// <param name="choice">Of the release's signer.</param>
    /// <param name="reproducedBy">Files with public keys in PEM, or <c>IDENTITY,ISSUER</c>.</param>
    /// <exception cref="WrongUseException">Somebody is named twice.</exception>
    /// <exception cref="SigningKeyException">Nobody is named, or a key is unfit.</exception>
    /// <exception cref="CosignException">cosign is wanted, and is not there or fails.</exception>
    public static async Task<ReleaseSigners> ChooseAsync(
        SignerChoice choice,
        IReadOnlyList<string> reproducedBy,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(reproducedBy);
        ITrustedSigner trusted = await choice.TrustedAsync(cancellationToken);
        var reproducers = ImmutableArray.CreateBuilder<ITrustedSigner>();
        foreach (string named in reproducedBy)
            reproducers.Add(await ReproducerAsync(choice, named, cancellationToken));
        if (reproducers.FirstOrDefault(signer => reproducers.Count(other => IsSame(signer, other)) > 1) is { } twice)
            throw new WrongUseException($"--reproduced-by: {twice.Name} is listed twice; name it once");
        if (reproducers.Any(signer => IsSame(signer, trusted)))
            throw new WrongUseException(
                $"--reproduced-by: {trusted.Name} signs the release itself, so its reproduction is not independent. Name "
                    + "another signer"
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

    private static async Task<ITrustedSigner> ReproducerAsync(SignerChoice choice, string named, CancellationToken cancellationToken)
    {
        if (Path.Exists(named))
            return VerificationKey.FromFile(named);
        return named.Split(',') is [{ Length: > 0 } identity, { Length: > 0 } issuer]
            ? await (
                choice with
                {
                    SigningKey = null,
                    KmsKey = null,
                    PublicKey = null,
                    Identity = identity,
                    Issuer = issuer,
                    Environment = _ => null,
                }
            ).TrustedAsync(cancellationToken)
            : throw new SigningKeyException($"--reproduced-by {named}: file not found; wanted a public key in PEM, or IDENTITY,ISSUER");
    }
}
