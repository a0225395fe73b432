using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.Sigstore;

/// <summary>
/// What Fulcio certifies of who asked for a certificate (Fulcio, docs/oid-info.md): the issuer of the token, and of a CI's token what it
/// says of the run.
/// </summary>
/// <param name="Values">By the last number of the object identifier.</param>
public sealed record CertificateClaims(ImmutableSortedDictionary<int, string> Values)
{
    private const string Arc = "1.3.6.1.4.1.57264.1.";

    /// <summary>The extensions up to this one hold their text as it is; newer ones hold it as a DER UTF8String.</summary>
    private const int LastPlain = 6;

    private const int PlainIssuer = 1,
        DerIssuer = 8,
        LastKnown = 24;

    /// <summary>The OIDC issuer, from the newer extension or else the older one; null where there is none, or the two differ.</summary>
    public string? Issuer =>
        (Values.GetValueOrDefault(DerIssuer), Values.GetValueOrDefault(PlainIssuer)) switch
        {
            ({ } newer, { } older) => newer == older ? newer : null,
            var (newer, older) => newer ?? older,
        };

    /// <summary>As <c>https://github.com/OWNER/NAME/.github/workflows/FILE@REF</c>: what the builder itself was.</summary>
    public string? BuildSignerUri => Values.GetValueOrDefault(9);

    /// <summary>Whether the machine was of the CI's, <c>github-hosted</c>, or one's own.</summary>
    public string? RunnerEnvironment => Values.GetValueOrDefault(11);

    /// <summary>As <c>https://github.com/OWNER/NAME</c>.</summary>
    public string? SourceRepositoryUri => Values.GetValueOrDefault(12);

    /// <summary>The commit, in hex.</summary>
    public string? SourceRepositoryDigest => Values.GetValueOrDefault(13);

    /// <summary>As <c>refs/tags/v1.2.3</c>.</summary>
    public string? SourceRepositoryRef => Values.GetValueOrDefault(14);

    /// <summary>As <c>https://github.com/OWNER/NAME/.github/workflows/FILE@REF</c>: the workflow that the run is of.</summary>
    public string? BuildConfigUri => Values.GetValueOrDefault(18);

    /// <summary>What started the run, as <c>push</c>.</summary>
    public string? BuildTrigger => Values.GetValueOrDefault(20);

    /// <summary>The run's own page.</summary>
    public string? RunInvocationUri => Values.GetValueOrDefault(21);

    /// <exception cref="AsnContentException">An extension is malformed.</exception>
    internal static CertificateClaims Of(X509Certificate2 certificate)
    {
        var values = ImmutableSortedDictionary.CreateBuilder<int, string>();
        foreach (X509Extension extension in certificate.Extensions)
        {
            string oid = extension.Oid?.Value ?? "";
            if (!oid.StartsWith(Arc, StringComparison.Ordinal) || !int.TryParse(oid.AsSpan(Arc.Length), out int number))
                continue;
            if (number is >= PlainIssuer and <= LastPlain)
                values[number] = Encoding.UTF8.GetString(extension.RawData);
            else if (number is >= DerIssuer and <= LastKnown)
                values[number] = Utf8(extension.RawData);
        }

        return new CertificateClaims(values.ToImmutable());
    }

    private static string Utf8(byte[] der)
    {
        AsnReader reader = new(der, AsnEncodingRules.DER);
        string text = reader.ReadCharacterString(UniversalTagNumber.UTF8String);
        reader.ThrowIfNotEmpty();
        return text;
    }
}
