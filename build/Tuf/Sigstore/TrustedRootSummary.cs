using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>What a service in a trusted root is.</summary>
public enum TrustedService
{
    /// <summary>Gives certificates for identities.</summary>
    CertificateAuthority,

    /// <summary>Logs signatures.</summary>
    TransparencyLog,

    /// <summary>Logs certificates.</summary>
    CertificateLog,

    /// <summary>Dates signatures.</summary>
    TimestampAuthority,
}

/// <summary>A service that a trusted root names.</summary>
/// <param name="Address">As it stands there; empty when there is none.</param>
/// <param name="From">From when on what it signs counts; null for ever before.</param>
/// <param name="Until">Until when; null for as long as nobody says.</param>
public sealed record TrustedEntry(TrustedService Service, string Address, DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>
/// Which services a trusted root names (Sigstore's protobuf-specs, sigstore_trustroot.proto, <c>TrustedRoot</c>), for people. It judges no
/// certificate and no key.
/// </summary>
/// <param name="Entries">By kind of service, then in the order of the file.</param>
public sealed record TrustedRootSummary(ImmutableArray<TrustedEntry> Entries)
{
    private const string MediaTypePrefix = "application/vnd.dev.sigstore.trustedroot";

    private const int MaximumEntries = 1024;

    private static readonly (TrustedService Service, string Member, string Address)[] Kinds =
    [
        (TrustedService.CertificateAuthority, "certificateAuthorities", "uri"),
        (TrustedService.TransparencyLog, "tlogs", "baseUrl"),
        (TrustedService.CertificateLog, "ctlogs", "baseUrl"),
        (TrustedService.TimestampAuthority, "timestampAuthorities", "uri"),
    ];

    /// <exception cref="ContentException">It is no trusted root, or names no authority or no log.</exception>
    public static TrustedRootSummary Of(ReadOnlyMemory<byte> json) => OciJson.Read(json, "trusted root", root =>
        {
            string mediaType = root.RequiredString("mediaType");
            if (!mediaType.StartsWith(MediaTypePrefix, StringComparison.Ordinal))
                throw new ContentException($"'mediaType' wanted {MediaTypePrefix}…, got {Printable.Of(mediaType)}");
            TrustedRootSummary summary = new([
                .. Kinds.SelectMany(kind => root.Items(kind.Member).Select(entry => Read(entry, kind.Service, kind.Address))),
            ]);
            if (summary.Entries.Length > MaximumEntries)
                throw new ContentException($"wanted at most {MaximumEntries} services, got {summary.Entries.Length}");
            if (summary.Of(TrustedService.CertificateAuthority).Length == 0 || summary.Of(TrustedService.TransparencyLog).Length == 0)
                throw new ContentException("wanted 'certificateAuthorities' and 'tlogs', got none of one");
            return summary;
        });

    /// <summary>The services of a kind, in the order of the file.</summary>
    public ImmutableArray<TrustedEntry> Of(TrustedService service) => [.. Entries.Where(entry => entry.Service == service)];

    private static TrustedEntry Read(JsonElement entry, TrustedService service, string address)
    {
        JsonElement? validity = entry.Find("validFor") ?? entry.Find("publicKey")?.Find("validFor");
        return new TrustedEntry(service, entry.OptionalString(address) ?? "", Time(validity, "start"), Time(validity, "end"));
    }

    private static DateTimeOffset? Time(JsonElement? validity, string name) =>
        validity?.Find(name) is null ? null : validity.Value.RequiredTime(name);
}
