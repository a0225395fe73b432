using Slipway.Http;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>Who signs, and whose signatures are believed: by what the command line says, else by what the CI offers.</summary>
public sealed record SignerChoice
{
    private const string GitHub = "https://github.com",
        GitHubIssuer = "https://token.actions.githubusercontent.com";

    /// <summary>No key, trusted root or signing configuration is longer, in bytes.</summary>
    private const int LongestFile = 4 << 20;

    /// <summary>What makes signatures; null chooses by what there is.</summary>
    public SignerKind? Kind { get; init; }

    /// <summary>A file with a private key.</summary>
    public string? SigningKey { get; init; }

    /// <summary>The URI of a key of a key management service, as cosign has it.</summary>
    public string? KmsKey { get; init; }

    /// <summary>Of the private key.</summary>
    public string? Password { get; init; }

    /// <summary>A file with a public key.</summary>
    public string? PublicKey { get; init; }

    /// <summary>What that file's parameter is called.</summary>
    public string PublicKeyParameter { get; init; } = "--public-key";

    /// <summary>Of whom a certificate tells.</summary>
    public string? Identity { get; init; }

    /// <summary>To whom the identity was proved.</summary>
    public string? Issuer { get; init; }

    public required SigstoreInstance Instance { get; init; }

    /// <summary>Asked, where a keyless signature fails, whether its services are there; null asks nobody.</summary>
    public SigstoreServices? Services { get; init; }

    /// <summary>Reads a variable; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Whether this process is given what proves an identity. Without it cosign would ask a person, in a browser.</summary>
    private bool OffersIdentity =>
        Has("SIGSTORE_ID_TOKEN") || (Has("ACTIONS_ID_TOKEN_REQUEST_URL") && Has("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));

    /// <summary>Whether anything says who signs.</summary>
    public bool IsChosen => Kind is not null || SigningKey is not null || KmsKey is not null || OffersIdentity;

    /// <summary>The signer; whoever asked disposes it where it can be.</summary>
    /// <exception cref="SigningKeyException">There is none, or its key is unfit.</exception>
    /// <exception cref="CosignException">cosign is wanted, and is not there or fails.</exception>
    public async Task<ISigner> OpenAsync(CancellationToken cancellationToken)
    {
        if (KmsKey is not null && (SigningKey is not null || Kind == SignerKind.Key))
            throw new WrongUseException(
                "--kms-key: its key never leaves the service, so it cannot be combined with --signing-key or --signer key"
            );
        if (KmsKey is not null)
            return await CosignSigner.OpenAsync(await CosignAsync(cancellationToken), KmsKey, cancellationToken);
        if (SigningKey is not null)
        {
            // cosign would wait for a pipe, and read a device without end.
            Require("--signing-key", SigningKey);
            return Kind == SignerKind.Cosign
                ? await CosignSigner.OpenAsync(await CosignAsync(cancellationToken), SigningKey, cancellationToken)
                : OpenKey(SigningKey);
        }

        if (Kind == SignerKind.Key || (Kind is null && !OffersIdentity))
            throw new SigningKeyException(
                "no signer was given; nothing was signed. Give --signing-key FILE, SLIPWAY_SIGNING_KEY or --kms-key URI, or run in "
                    + "a CI job that may ask for an OIDC token"
            );
        if (!OffersIdentity)
            throw new SigningKeyException(
                "--signer cosign: no identity was given; nothing was signed. Let the CI job ask for an OIDC token (GitHub: "
                    + "permissions: id-token: write), set SIGSTORE_ID_TOKEN, or give --kms-key URI"
            );
        CertificateIdentity own = await OwnIdentityAsync(cancellationToken);
        return await KeylessSigner.OpenAsync(await CosignAsync(cancellationToken), own, cancellationToken, Services);
    }

    /// <summary>Whose signatures are believed: as said, else those of the signer of <see cref="OpenAsync"/>.</summary>
    /// <exception cref="SigningKeyException">Nobody is named, or a key is unfit.</exception>
    /// <exception cref="CosignException">cosign is wanted, and is not there or fails.</exception>
    public async Task<ITrustedSigner> TrustedAsync(CancellationToken cancellationToken)
    {
        if (PublicKey is not null && (Identity ?? Issuer) is not null)
            throw new WrongUseException(
                $"{PublicKeyParameter} cannot be combined with --identity or --issuer: a signature is by a key or by an identity"
            );
        if (PublicKey is not null)
        {
            Require(PublicKeyParameter, PublicKey);
            return VerificationKey.FromFile(PublicKey);
        }

        // Else a key that a CI has in a variable would be believed in place of whom the command line names.
        if ((SigningKey ?? KmsKey) is not null && (Identity ?? Issuer) is not null)
            throw new WrongUseException(
                "--signing-key and --kms-key cannot be combined with --identity or --issuer: a signature is by a key or by an identity. "
                    + "SLIPWAY_ variables count, too"
            );
        // Where this run signs, too, whatever of the two is not given is known from the CI.
        if ((Identity ?? Issuer) is not null && !OffersIdentity)
            return new CertificateIdentity(
                Required(Identity, "--identity"),
                Required(Issuer, "--issuer"),
                await ExistingAsync(Instance, cancellationToken)
            );
        if (SigningKey is null && KmsKey is null && !OffersIdentity)
            throw new SigningKeyException(
                "no public key or identity was given. Give --public-key FILE, or --identity and --issuer, or --signing-key FILE"
            );
        ISigner signer = await OpenAsync(cancellationToken);
        using IDisposable? held = signer as IDisposable;
        return signer.Trusted;
    }

    private KeySigner OpenKey(string file) =>
        KeySigner.FromFile(file, () =>
            Password ?? throw new SigningKeyException($"{file}: the key is encrypted; nothing was signed. Set SLIPWAY_SIGNING_KEY_PASSWORD")
        );

    /// <summary>As the certificate is going to have it: what is said, else the workflow of GitHub Actions.</summary>
    private async Task<CertificateIdentity> OwnIdentityAsync(CancellationToken cancellationToken)
    {
        string? workflow = Environment("GITHUB_SERVER_URL") == GitHub ? Builder.Of(Environment).Id : null;
        bool isWorkflow = workflow is not null && workflow != Builder.Local.Id;
        return new CertificateIdentity(
            Identity ?? (isWorkflow ? workflow! : throw Unknown("--identity")),
            Issuer ?? (isWorkflow ? GitHubIssuer : throw Unknown("--issuer")),
            await ExistingAsync(Instance, cancellationToken)
        );
    }

    private static SigningKeyException Unknown(string parameter) =>
        new(
            "keyless: outside GitHub Actions the certificate's identity is not known in advance; nothing was signed. "
                + $"Give {parameter} as the certificate will name it"
        );

    private static string Required(string? value, string parameter) =>
        value is { Length: > 0 } ? value : throw new WrongUseException($"{parameter} is missing: an identity counts only with its issuer");

    /// <summary>Sees to the files before anything is signed or verified with them.</summary>
    private static async Task<SigstoreInstance> ExistingAsync(SigstoreInstance instance, CancellationToken cancellationToken)
    {
        if (instance.TrustedRoot is not null)
            await instance.ReadRootAsync(cancellationToken);
        if (instance.SigningConfig is { } config)
            Require("--signing-config", config);
        return instance;
    }

    private static void Require(string parameter, string file)
    {
        try
        {
            RegularFile.Require(file, LongestFile);
        }
        catch (UnfitFileException e)
        {
            throw new SigningKeyException($"{parameter} {e.Message}");
        }
    }

    private Task<CosignProgram> CosignAsync(CancellationToken cancellationToken) => CosignProgram.FindAsync(Password, cancellationToken);

    private bool Has(string variable) => !string.IsNullOrEmpty(Environment(variable));
}
