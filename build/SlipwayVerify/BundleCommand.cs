using System.CommandLine;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.SlipwayVerify;

/// <summary>
/// <c>verify-bundle</c>: verifies the Sigstore bundle of a file, in the words of the sigstore-conformance project (its
/// docs/cli_protocol.md), whose runner drives it.
/// </summary>
internal sealed class BundleCommand
{
    public const string Name = "verify-bundle";

    private const int MaximumFile = 1 << 30,
        MaximumBundle = 32 * 1024 * 1024;

    private readonly RootCommand _command = new() { TreatUnmatchedTokensAsErrors = false };
    private readonly Option<string> _bundle = Value("--bundle"),
        _identity = Value("--certificate-identity"),
        _issuer = Value("--certificate-oidc-issuer"),
        _key = Value("--key"),
        _trustedRoot = Value("--trusted-root");
    private readonly Option<bool> _staging = new("--staging") { Arity = ArgumentArity.Zero };

    public BundleCommand()
    {
        _command.Directives.Clear();
        _command.Options.Clear();
        foreach (Option option in (Option[])[_bundle, _identity, _issuer, _key, _trustedRoot, _staging])
            _command.Add(option);
    }

    /// <summary>Says what is proven.</summary>
    /// <param name="arguments">What follows <see cref="Name"/>.</param>
    /// <exception cref="WrongUseException">They cannot be read.</exception>
    /// <exception cref="ContentException">It proves nothing; says why.</exception>
    /// <exception cref="SigningKeyException">The key or the trusted root is none.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        ParseResult parsed = _command.Parse(
            arguments,
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null }
        );
        foreach (string problem in parsed.Errors.Select(error => error.Message))
            throw new WrongUseException(Printable.Of(problem));
        if (
            parsed.GetValue(_bundle) is not { } bundle
            || parsed.UnmatchedTokens is not [var subject]
            || subject.StartsWith("--", StringComparison.Ordinal)
        )
            throw new WrongUseException($"{Name}: wanted --bundle FILE, and one file or digest that it is about");
        if (parsed.GetValue(_staging) && parsed.GetValue(_trustedRoot) is null)
            throw new WrongUseException("--staging: the staging instance is not known here. Give its --trusted-root FILE");
        SigstoreInstance instance = new() { TrustedRoot = parsed.GetValue(_trustedRoot) };
        SigstoreVerifier verifier = new(await instance.ReadRootAsync(cancellationToken));
        try
        {
            SigstoreProof proof = verifier.Verify(Read(bundle, MaximumBundle), MessageOf(subject), PolicyOf(parsed));
            return $"verified: signed by {proof.Subject ?? "the key"}" + (proof.SignedAt is { } time ? $" at {UtcSecond.Text(time)}" : "");
        }
        catch (SigstoreException e)
        {
            throw new ContentException($"{e.Failure.Name()}: {e.Message}", e);
        }
    }

    private SigstorePolicy PolicyOf(ParseResult parsed) =>
        (parsed.GetValue(_key), parsed.GetValue(_identity), parsed.GetValue(_issuer)) switch
        {
            ({ } key, null, null) => SigstorePolicy.RequireKey(KeyOf(key)),
            (null, { } identity, { } issuer) => SigstorePolicy.RequireIdentity(identity, issuer),
            _ => throw new WrongUseException(
                $"{Name}: wanted either --key FILE, or --certificate-identity NAME and --certificate-oidc-issuer URL"
            ),
        };

    private static PublicKey KeyOf(string path)
    {
        try
        {
            return PublicKey.FromPem(System.Text.Encoding.UTF8.GetString(Read(path, MaximumBundle)));
        }
        catch (ContentException e)
        {
            throw new SigningKeyException($"--key {path}: {e.Message}");
        }
    }

    /// <summary>What looks like a digest, and is no file, is one.</summary>
    private static SignedMessage MessageOf(string subject) =>
        !File.Exists(subject) && subject.StartsWith("sha256:", StringComparison.Ordinal) && Digest.TryParse(subject, out Digest? digest)
            ? SignedMessage.Of(digest)
            : SignedMessage.Of(Read(subject, MaximumFile));

    private static byte[] Read(string path, int most)
    {
        try
        {
            return RegularFile.ReadBytes(path, most);
        }
        catch (UnfitFileException e)
        {
            throw new WrongUseException(e.Message);
        }
    }

    private static Option<string> Value(string name) => new(name) { Arity = ArgumentArity.ExactlyOne };
}
