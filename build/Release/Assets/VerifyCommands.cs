using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// What to type to verify a release: commands that can be pasted into a shell as they stand, beside the files of the release. A digest is
/// verified rather than a tag, since a tag may name something else tomorrow.
/// </summary>
public sealed class VerifyCommands
{
    /// <summary>The release's public key, as a file of it.</summary>
    public const string KeyName = "release.pub";

    private readonly ReleaseFacts _facts;
    private readonly string _cosign,
        _ours,
        _small;

    /// <exception cref="NotSupportedException">The signer is of a kind that no command is known for.</exception>
    public VerifyCommands(ReleaseFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        _facts = facts;
        (_cosign, _ours, _small) = facts.Signer switch
        {
            // A signature by a key alone is in no public log.
            VerificationKey => ($"--key {KeyName} --insecure-ignore-tlog=true", $"--public-key {KeyName}", $"--key {KeyName}"),
            CertificateIdentity who => (
                $"--certificate-identity {Quoted(who.Subject)} --certificate-oidc-issuer {Quoted(who.Issuer)}",
                $"--identity {Quoted(who.Subject)} --issuer {Quoted(who.Issuer)}",
                $"--identity {Quoted(who.Subject)} --issuer {Quoted(who.Issuer)}"
            ),
            _ => throw new NotSupportedException($"{facts.Signer.Name}: no command that verifies it is known"),
        };
    }

    /// <summary>The downloaded files.</summary>
    public string Files =>
        $"cosign verify-blob {_cosign} --bundle {ChecksumList.SignatureName} {ChecksumList.FileName} &&\n  sha256sum --check "
        + $"--ignore-missing {ChecksumList.FileName}\n"
        + (_facts.HasOpenPgp ? $"gpg --verify {ChecksumList.OpenPgpName} {ChecksumList.FileName}\n" : "");

    /// <summary>A program of the release: that it is compiled from this commit, and the image with it; empty where there is none.</summary>
    public string Programs =>
        _facts.Programs.FirstOrDefault(name => name.EndsWith("-linux-amd64", StringComparison.Ordinal)) is { } program
            ? $"cosign verify-blob-attestation {_cosign} --type slsaprovenance1 --bundle {_facts.ProgramProvenance} {program} &&\n  "
                + $"chmod +x {program}\n./{program} {Tagged} --official {_facts.Destinations[0].Name} {_small}\n"
            : "";

    /// <summary>The image on each registry, with cosign.</summary>
    public string Images => string.Concat(_facts.Repositories.Select(repository => $"cosign verify {_cosign} {ByDigest(repository)}\n"));

    /// <summary>All that is said about it, with this tool, from a checkout of the commit.</summary>
    public string Ours =>
        $"{new NextCommand("Verify")} --reference {Tagged} {_ours}{(_facts.Repositories.Length > 1 ? " --all-registries" : "")}\n";

    /// <summary>Building it anew.</summary>
    public string Reproduce => $"{new NextCommand("Reproduce")} --reference {Tagged} {_ours}\n";

    private Reference Tagged => _facts.Repositories[0].WithTag(_facts.Record.Release);

    private Reference ByDigest(Reference repository) => repository.WithDigest(_facts.Image.Index.Digest);

    /// <summary>One word of a POSIX shell (Shell Command Language, 2.2.2).</summary>
    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
