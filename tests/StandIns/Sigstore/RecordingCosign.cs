using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.StandIns;

/// <summary>
/// A script in cosign's place, for what needs services that are nowhere near: it notes what it was asked and with which tokens, and
/// answers in cosign's forms. Its certificates and log entries prove nothing.
/// </summary>
public sealed class RecordingCosign : IDisposable
{
    public const string Subject = "https://github.com/poseidon/slipway/.github/workflows/release.yml@refs/tags/kubelet/v1.36.4";
    public const string Issuer = "https://token.actions.githubusercontent.com";

    /// <summary>A log entry with the promise that the tag form needs.</summary>
    public const string Entry =
        """{"logIndex":"7","logId":{"keyId":"AQI="},"kindVersion":{"kind":"dsse","version":"0.0.1"},"integratedTime":"1700000000","inclusionPromise":{"signedEntryTimestamp":"AwQ="},"canonicalizedBody":"eyJraW5kIjoiZHNzZSIsImFwaVZlcnNpb24iOiIwLjAuMSJ9"}""";

    /// <summary>One without, as a newer log gives it.</summary>
    public const string EntryWithoutPromise = """{"logIndex":"7","logId":{"keyId":"AQI="},"canonicalizedBody":"e30="}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-recording-cosign-").FullName;

    /// <summary>Where it is, for a <c>PATH</c>.</summary>
    public string Folder => _folder;

    /// <summary>One line for each time it was asked.</summary>
    public IReadOnlyList<string> Calls => Lines("asked");

    /// <summary>For each time, the variables that may hold secrets, as it saw them.</summary>
    public IReadOnlyList<string> Variables => Lines("seen");

    /// <summary>For each time, whether anything could be read from its input.</summary>
    public IReadOnlyList<string> Input => Lines("input");

    /// <summary>A file with a trusted root, sound as far as it can be told without its authority.</summary>
    public string Root => At("root.json");

    /// <summary>The last bundle that it was to verify.</summary>
    public byte[] Verified => File.ReadAllBytes(At("verified"));

    /// <param name="signs">Shell lines that make <c>$out</c> from <c>$payload</c>, base64; null makes a right bundle.</param>
    /// <param name="verifies">Shell lines that judge; null accepts.</param>
    /// <param name="help">What its help for attest-blob says.</param>
    /// <param name="entry">The log entry of its bundles.</param>
    /// <param name="initializes">Shell lines that fetch the trusted root below <c>$TUF_ROOT</c>; null does.</param>
    public async Task<CosignProgram> OpenAsync(
        string? signs = null,
        string? verifies = null,
        string help = "--statement= --trusted-root=",
        string entry = Entry,
        string? initializes = null
    )
    {
        await WriteAsync(signs, verifies, help, entry, initializes);
        return await CosignProgram.FindAsync(null, default, At("cosign"));
    }

    /// <summary>As <see cref="OpenAsync"/>, for a program that finds it by itself.</summary>
    public async Task WriteAsync(
        string? signs = null,
        string? verifies = null,
        string help = "--statement= --trusted-root=",
        string entry = Entry,
        string? initializes = null
    )
    {
        await File.WriteAllTextAsync(At("entry"), entry);
        await File.WriteAllBytesAsync(Root, Roots());
        ProgramFile.Write(
            At("cosign"),
            Script(
                help,
                signs
                    ?? """
                    material=$(printf '{"certificate":{"rawBytes":"MAA="},"tlogEntries":[%s]}' "$(cat "$dir/entry")")
                    case "$1" in
                      attest-blob) content=$(printf '"dsseEnvelope":{"payload":"%s","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MAA="}]}' "$payload") ;;
                      *) content='"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AA=="},"signature":"MAA="}' ;;
                    esac
                    printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":%s,%s}' "$material" "$content" > "$out"
                    """,
                verifies ?? "exit 0",
                initializes
                    ?? "mkdir -p \"$TUF_ROOT/mirror/targets\" && cp \"$dir/root.json\" \"$TUF_ROOT/mirror/targets/trusted_root.json\""
            )
        );
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    private string At(string name) => Path.Combine(_folder, name);

    private static byte[] Roots()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 authority = new CertificateRequest("CN=authority.test", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        string certificate = Convert.ToBase64String(authority.RawData),
            log = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        return System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","tlogs":[{"publicKey":{"rawBytes":"{{{log}}}"}}],"certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":"{{{certificate}}}"}]}}]}"""
        );
    }

    private static string Script(string help, string signs, string verifies, string initializes) =>
        $$"""
            #!/bin/sh
            dir=$(dirname "$0")
            echo "$*" >> "$dir/asked"
            echo "$SIGSTORE_ID_TOKEN|$ACTIONS_ID_TOKEN_REQUEST_TOKEN|$QUAY_PASSWORD|$DOCKERHUB_TOKEN|$COSIGN_EXPERIMENTAL$COSIGN_INSECURE_IGNORE_TLOG$COSIGN_CERTIFICATE_IDENTITY_REGEXP" >> "$dir/seen"
            if read -r line; then echo "open" >> "$dir/input"; else echo "closed" >> "$dir/input"; fi
            for file; do case "$before" in --bundle) out=$file ;; --statement) statement=$file ;; esac; before=$file; done
            payload=$(base64 -w0 "${statement:-$file}" 2>/dev/null)
            case "$1 $2" in
              "version --json") echo '{ "gitVersion": "v3.0.2" }' ;;
              "attest-blob --help") echo "{{help}}" ;;
              initialize*) {{initializes}} ;;
              verify-blob*) cp "$out" "$dir/verified"; {{verifies}} ;;
              *) {{signs}} ;;
            esac

            """;
}
