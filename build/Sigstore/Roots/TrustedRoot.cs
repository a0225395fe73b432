using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Sigstore;

/// <summary>
/// The authorities and logs to believe (sigstore_trustroot.proto, <c>TrustedRoot</c>), each with the time for which it is.
/// </summary>
/// <param name="Logs">Logs of signatures.</param>
/// <param name="CertificateAuthorities">Issue certificates to identities.</param>
/// <param name="CertificateLogs">Logs of certificates.</param>
/// <param name="TimestampAuthorities">Say when something was there.</param>
public sealed record TrustedRoot(
    ImmutableArray<TransparencyLog> Logs,
    ImmutableArray<AuthorityCertificates> CertificateAuthorities,
    ImmutableArray<TransparencyLog> CertificateLogs,
    ImmutableArray<AuthorityCertificates> TimestampAuthorities
)
{
    /// <summary>More than this many bytes are no trusted root.</summary>
    public const int MaximumSize = 1024 * 1024;

    private const int MaximumItems = 256;
    private const string MediaTypePrefix = "application/vnd.dev.sigstore.trustedroot";

    /// <summary>
    /// The document of Sigstore's public good instance, as it was when this program was made (build/Tuf/PublicGood/ORIGIN).
    /// </summary>
    public static byte[] PublicGood()
    {
        using Stream resource = typeof(TrustedRoot).Assembly.GetManifestResourceStream("trusted_root.json")!;
        byte[] json = new byte[resource.Length];
        resource.ReadExactly(json);
        return json;
    }

    /// <summary>Reads a document of the version 0.1 or 0.2, all of which has to be sound.</summary>
    /// <exception cref="ContentException">It is none, names nobody to believe, or a key or certificate in it cannot be read.</exception>
    public static TrustedRoot Parse(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaximumSize)
            throw new ContentException($"trusted root: wanted at most {MaximumSize} bytes, got {json.Length}");
        return OciJson.Read(json, "trusted root", root =>
        {
            string type = root.RequiredString("mediaType");
            if (
                type
                is not (
                    MediaTypePrefix + "+json;version=0.1"
                    or MediaTypePrefix + "+json;version=0.2"
                    or MediaTypePrefix + ".v0.1+json"
                    or MediaTypePrefix + ".v0.2+json"
                )
            )
                throw new ContentException($"mediaType wanted {MediaTypePrefix}.v0.1+json or .v0.2+json, got {Printable.Of(type)}");
            TrustedRoot read = new(
                All(root, "tlogs", TransparencyLog.Parse),
                All(root, "certificateAuthorities", AuthorityCertificates.Parse),
                All(root, "ctlogs", TransparencyLog.Parse),
                All(root, "timestampAuthorities", AuthorityCertificates.Parse)
            );
            return read.Logs.IsEmpty && read.CertificateAuthorities.IsEmpty && read.TimestampAuthorities.IsEmpty
                ? throw new ContentException("it names no log, no certificate authority and no timestamp authority")
                : read;
        });
    }

    private static ImmutableArray<T> All<T>(JsonElement root, string name, Func<JsonElement, T> read)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        foreach (JsonElement item in root.ItemsUpTo(name, MaximumItems))
        {
            try
            {
                all.Add(read(item));
            }
            catch (ContentException e)
            {
                throw new ContentException($"{name}[{all.Count}]: {e.Message}", e);
            }
        }

        return all.ToImmutable();
    }
}
