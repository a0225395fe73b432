using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Trust;
using Slipway.Tuf;
using Slipway.Verification;

namespace Slipway.Graph;

/// <summary>Who signs and whom to believe.</summary>
internal sealed partial class Build
{
    [Parameter("The kind of signer; default: key with --signing-key, cosign with --kms-key or in a CI job that has an OIDC identity")]
    private readonly SignerKind? Signer;

    [Parameter("Private ECDSA key in PEM to sign with; with --signer cosign a cosign key file")]
    private readonly AbsolutePath? SigningKey;

    [Parameter("Key of a key management service to sign with through cosign, as awskms:///ALIAS")]
    private readonly string? KmsKey;

    [Parameter("Password of an encrypted signing key"), Secret]
    private readonly string? SigningKeyPassword;

    [Parameter("Public key in PEM to verify with; default: that of the signing key")]
    private readonly AbsolutePath? PublicKey;

    [Parameter("Whom a keyless signature must name, a mail address or a workflow's URI; default when signing: GitHub's workflow")]
    private readonly string? Identity;

    [Parameter("The OIDC issuer that a keyless signature must name; default when signing: GitHub's")]
    private readonly string? Issuer;

    [Parameter("Sigstore trusted root as JSON, for keyless signatures and upstream's; default: the public instance's")]
    private readonly AbsolutePath? TrustedRoot;

    [Parameter("Sigstore services for keyless signing as JSON; default: the public instance's")]
    private readonly AbsolutePath? SigningConfig;

    [Parameter("Verify: SHA-256 of the trusted root to believe, as sha256:…; it may be the one that the archive carries")]
    private readonly string? TrustedRootDigest;

    private SigstoreInstance? _sigstore;

    private SigstoreInstance Sigstore =>
        _sigstore ??= new SigstoreInstance
        {
            TrustedRoot = TrustedRoot,
            SigningConfig = SigningConfig,
            ReadPublicRoot = async stop => (await PublicRoots.CurrentAsync(stop)).Content,
        };

    /// <summary>The public instance's: as it was refreshed last, or came with this program.</summary>
    private SigstoreRoots PublicRoots => new(Workspace.TrustedRoots, TimeProvider.System);

    private SignerChoice Signers =>
        new()
        {
            Kind = Signer,
            SigningKey = SigningKey,
            KmsKey = KmsKey,
            Password = SigningKeyPassword,
            PublicKey = PublicKey,
            Identity = Identity,
            Issuer = Issuer,
            Instance = Sigstore,
            Services = new SigstoreServices(() => NewTransport(Reporting.Report.ToConsole(), PreflightsRetryPolicy)),
            Environment = Environment.GetEnvironmentVariable,
        };
}
