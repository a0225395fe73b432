using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// A signature with all that is needed to verify it (sigstore_bundle.proto, <c>Bundle</c>) of the versions 0.1, 0.2 and 0.3, in its JSON
/// form: of a file or of a DSSE envelope, by a certificate or a key. Reading it verifies nothing.
/// </summary>
internal sealed class Bundle
{
    private const int MaximumSize = 32 * 1024 * 1024,
        MaximumCertificates = 10,
        MaximumEntries = 32,
        MaximumTimestamps = 32;

    private const string Prefix = "application/vnd.dev.sigstore.bundle";

    private Bundle(BundleVersion version) => Version = version;

    public BundleVersion Version { get; }

    /// <summary>The signer's certificate; null where a key signed.</summary>
    public X509Certificate2? Certificate { get; private init; }

    /// <summary>Certificates of authorities that came along; they help to find a way to a root that is believed, and are none.</summary>
    public ImmutableArray<X509Certificate2> Intermediates { get; private init; } = [];

    public ImmutableArray<LogEntry> Entries { get; private init; } = [];

    /// <summary>Each DER of an RFC 3161 response.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Timestamps { get; private init; } = [];

    /// <summary>What is signed, and the signature.</summary>
    public required BundleContent Content { get; init; }

    /// <exception cref="SigstoreException">It is no such bundle.</exception>
    public static Bundle Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return json.Length <= MaximumSize
                ? OciJson.Read(json, "bundle", Read)
                : throw new ContentException($"bundle: wanted at most {MaximumSize} bytes, got {json.Length}");
        }
        catch (ContentException e)
        {
            throw new SigstoreException(SigstoreFailure.BundleMalformed, e.Message, e);
        }
    }

    private static Bundle Read(JsonElement root)
    {
        BundleVersion version = VersionOf(root.RequiredString("mediaType"));
        JsonElement material = root.RequiredObject("verificationMaterial");
        X509Certificate2[] certificates = CertificatesOf(material, version);
        LogEntry[] entries = [.. material.ItemsUpTo("tlogEntries", MaximumEntries).Select(LogEntry.Parse)];
        JsonElement[] timestamps = material.Find("timestampVerificationData")?.ItemsUpTo("rfc3161Timestamps", MaximumTimestamps) ?? [];
        return new Bundle(version)
        {
            Certificate = certificates.FirstOrDefault(),
            Intermediates = [.. certificates.Skip(1)],
            Entries = [.. entries],
            Timestamps = [.. timestamps.Select(timestamp => (ReadOnlyMemory<byte>)timestamp.RequiredBytes("signedTimestamp"))],
            Content = BundleContent.Parse(root),
        };
    }

    /// <summary>None where a key signed. Exactly one form of material may be there (<c>VerificationMaterial.content</c>).</summary>
    private static X509Certificate2[] CertificatesOf(JsonElement material, BundleVersion version)
    {
        switch (material.Find("publicKey"), material.Find("certificate"), material.Find("x509CertificateChain"))
        {
            case ({ } key, null, null):
                _ = key.OptionalString("hint");
                return [];
            case (null, { } certificate, null):
                return [Load(certificate)];
            case (null, null, { } chain) when version != BundleVersion.V03:
                JsonElement[] all = chain.ItemsUpTo("certificates", MaximumCertificates);
                return all.Length > 0 ? [.. all.Select(Load)] : throw new ContentException("the chain has no certificate");
            case (null, null, { }):
                throw new ContentException("a bundle of version 0.3 wanted 'certificate', got 'x509CertificateChain'");
            default:
                throw new ContentException("'verificationMaterial' wanted one of 'certificate', 'x509CertificateChain' and 'publicKey'");
        }
    }

    private static X509Certificate2 Load(JsonElement certificate)
    {
        try
        {
            return AuthorityCertificates.Load(certificate.RequiredBytes("rawBytes"));
        }
        catch (ContentException e) when (e.InnerException is System.Security.Cryptography.CryptographicException)
        {
            throw new SigstoreException(SigstoreFailure.CertificateMalformed, "the bundle's certificate is damaged", e);
        }
    }

    private static BundleVersion VersionOf(string type) =>
        type switch
        {
            Prefix + "+json;version=0.1" => BundleVersion.V01,
            Prefix + "+json;version=0.2" => BundleVersion.V02,
            Prefix + "+json;version=0.3" or Prefix + ".v0.3+json" => BundleVersion.V03,
            _ => throw new SigstoreException(
                SigstoreFailure.BundleVersionUnsupported,
                $"mediaType wanted {Prefix}.v0.3+json, or its older versions 0.1 and 0.2, got {Printable.Of(type)}"
            ),
        };
}

/// <summary>The versions that differ in what a bundle must hold.</summary>
internal enum BundleVersion
{
    /// <summary>A promise of the log is needed, a proof is not.</summary>
    V01,

    /// <summary>A proof that the entry is in the log is needed.</summary>
    V02,

    /// <summary>As the one before, with one certificate instead of a chain.</summary>
    V03,
}
