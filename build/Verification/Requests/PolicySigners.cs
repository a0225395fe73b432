using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Sigstore;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>The signers that a policy names: keys, or identities by their exact name or by a pattern.</summary>
internal static class PolicySigners
{
    /// <param name="what">What the list is called in the file.</param>
    /// <exception cref="ContentException">It is no such list.</exception>
    public static SignerThreshold Read(JsonElement element, string what, SigstoreInstance instance)
    {
        KnownMembers.Require(element, "threshold", "of");
        int threshold = element.Find("threshold") is null ? 1 : element.RequiredInt("threshold");
        var signers = ImmutableArray.CreateBuilder<AcceptedSigner>();
        foreach (JsonElement item in element.RequiredItems("of"))
        {
            if (signers.Count == SignerThreshold.MostSigners)
                throw new ContentException($"'{what}.of' wanted at most {SignerThreshold.MostSigners} signers");
            AcceptedSigner signer = ReadOne(item, $"{what}.of[{signers.Count}]", instance);
            if (signers.Any(other => IsSame(other, signer)))
                throw new ContentException($"'{what}.of[{signers.Count}]': {signer.Signer.Name} is there twice, and counts once");
            signers.Add(signer);
        }

        return threshold >= 1 && threshold <= signers.Count
            ? new SignerThreshold(threshold, signers.ToImmutable())
            : throw new ContentException($"'{what}.threshold' wanted 1 to {signers.Count}, the number of signers, got {threshold}");
    }

    /// <summary>Whether two are one, whenever they are accepted.</summary>
    public static bool IsSame(AcceptedSigner one, AcceptedSigner other) =>
        (one.Signer, other.Signer) switch
        {
            (CertificateIdentity mine, CertificateIdentity theirs) => (mine.Subject, mine.Issuer, mine.IsPattern)
                == (theirs.Subject, theirs.Issuer, theirs.IsPattern),
            _ => one.Signer.Equals(other.Signer),
        };

    private static AcceptedSigner ReadOne(JsonElement item, string where, SigstoreInstance instance)
    {
        try
        {
            KnownMembers.Require(item, "key", "identity", "identityPattern", "issuer", "from", "until");
            ITrustedSigner signer = (
                KnownMembers.Text(item, "key"),
                KnownMembers.Text(item, "identity"),
                KnownMembers.Text(item, "identityPattern")
            ) switch
            {
                ({ } key, null, null) when item.Find("issuer") is null => VerificationKey.Parse(key, "the key"),
                (null, { } identity, null) => new CertificateIdentity(identity, Issuer(item), instance),
                (null, null, { } pattern) => Pattern(pattern, Issuer(item), instance),
                _ => throw new ContentException("wanted a 'key', or one of 'identity' and 'identityPattern' with an 'issuer'"),
            };
            AcceptedSigner accepted = new(signer, Time(item, "from"), Time(item, "until"));
            return accepted.From > accepted.Until ? throw new ContentException("'until' is before 'from'") : accepted;
        }
        catch (Exception e) when (e is ContentException or SigningKeyException)
        {
            throw new ContentException($"'{where}': {e.Message}", e);
        }
    }

    private static CertificateIdentity Pattern(string pattern, string issuer, SigstoreInstance instance)
    {
        _ = SigstorePolicy.RequireMatchingIdentity(pattern, issuer);
        return new CertificateIdentity(pattern, issuer, instance) { IsPattern = true };
    }

    private static string Issuer(JsonElement item) =>
        KnownMembers.Text(item, "issuer") ?? throw new ContentException("'issuer' is missing");

    private static DateTimeOffset? Time(JsonElement item, string name) =>
        item.OptionalString(name) is not { } text ? null
        : UtcSecond.TryParse(text, out DateTimeOffset time) ? time
        : throw new ContentException($"'{name}' wanted a time as 2026-11-30T08:00:00Z, got {Printable.Of(text)}");
}
