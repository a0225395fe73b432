using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Verification;

/// <summary>
/// Whether what a certificate authority certified of a CI run (Fulcio, docs/oid-info.md) is what the provenance says that was signed in it.
/// A CI's token names the run's own repository and commit, which whoever writes a provenance cannot choose.
/// </summary>
internal static class CertificateCheck
{
    private const string Tags = "refs/tags/",
        GitHub = "https://github.com/";

    /// <param name="claims">Null where a key signed, which certifies nothing.</param>
    /// <param name="triggers">What may have started the run; empty where anything may.</param>
    /// <returns>What differs, with wanted and got; null where nothing does. What a certificate does not say is not compared.</returns>
    public static string? ProblemWith(CertificateClaims? claims, SlsaProvenance provenance, ImmutableArray<string> triggers)
    {
        if (!triggers.IsEmpty && (claims?.BuildTrigger is not { } trigger || !triggers.Contains(trigger)))
            return $"trigger: wanted {string.Join(" or ", triggers)}, the signer's certificate says "
                + Printable.Of(claims?.BuildTrigger ?? "nothing");
        if (claims is null)
            return null;
        BuildParameters said = provenance.Parameters;
        string? tag =
            claims.SourceRepositoryRef is { } reference && reference.StartsWith(Tags, StringComparison.Ordinal)
                ? reference[Tags.Length..]
                : null;
        return Differs("repository", claims.SourceRepositoryUri, said.Source)
            ?? Differs("commit", claims.SourceRepositoryDigest, said.Commit)
            ?? (said.Tag is null ? null : Differs("git tag", tag, said.Tag))
            ?? (
                provenance.BuilderId.StartsWith(GitHub, StringComparison.Ordinal)
                    ? Differs("workflow", claims.BuildConfigUri, provenance.BuilderId)
                    : null
            );
    }

    private static string? Differs(string what, string? certified, string said) =>
        certified is null || certified == said
            ? null
            : $"{what}: the signer's certificate is for {Printable.Of(certified)}, the provenance says {Printable.Of(said)}";
}
