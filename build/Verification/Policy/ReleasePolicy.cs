using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// What a release must be, for every target that reads one: who signed it, what is said about it, what its provenance says, that all
/// that its tag claims is so, how old it may be, and who built it again. <see cref="ReleaseVerifier"/> judges by it, and nothing else does.
/// </summary>
public sealed record ReleasePolicy
{
    private ReleasePolicy(ITrustedSigner signer) => Signer = signer;

    /// <summary>Who must have signed the release and its statements.</summary>
    public ITrustedSigner Signer { get; private init; }

    /// <summary>So many of these must have signed, each all of it; null asks <see cref="Signer"/> alone.</summary>
    public SignerThreshold? Signers { get; init; }

    /// <summary>What the provenance must say, beside what the tag claims.</summary>
    public ProvenanceCheck Provenance { get; init; } = new();

    /// <summary>What is claimed; null takes it from the tag that is asked for. For a digest that somebody names by a tag, too.</summary>
    public TagClaims? Claims { get; init; }

    /// <summary>The oldest release that will do; null where any age will.</summary>
    public NotOlderThan? NotOlderThan { get; init; }

    /// <summary>Who must have built the same again, and signed that it came out so; none where nobody must.</summary>
    public ImmutableArray<ITrustedSigner> ReproducedBy { get; init; } = [];

    /// <summary>So many of these must have built the same again, beside <see cref="ReproducedBy"/>; null asks nobody.</summary>
    public SignerThreshold? Rebuilders { get; init; }

    /// <summary>Where layers may be spooled, to compare each with its SBOM; null leaves them unread.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether the signature has to be in cosign's tag form, which older verifiers read alone.</summary>
    public bool RequiresTagForm { get; init; }

    /// <summary>SHA-256 of the file that asks for this; null where a command line alone does.</summary>
    public Digest? File { get; init; }

    /// <summary>Signature, SBOM and provenance by this signer, of the index and of every manifest that it names.</summary>
    public static ReleasePolicy Require(ITrustedSigner signer) => new(signer);

    /// <summary>That, by so many of some signers.</summary>
    public static ReleasePolicy Require(SignerThreshold signers)
    {
        ArgumentNullException.ThrowIfNull(signers);
        return new ReleasePolicy(signers.Of[0].Signer) { Signers = signers };
    }

    /// <summary>What is asked of the signature and the statements of one of the signers.</summary>
    internal ReleasePolicy By(AcceptedSigner signer) => new(this) { Signer = signer.Signer, Signers = null };

    /// <summary>That, of what a rehearsal made; nothing else passes.</summary>
    public static ReleasePolicy RequireRehearsal(ITrustedSigner signer) =>
        Require(signer) with
        {
            Provenance = new ProvenanceCheck { IsRehearsal = true },
        };

    /// <summary>What is to be signed, whatever it says.</summary>
    internal VerificationPolicy Signatures
    {
        get
        {
            VerificationPolicy all = VerificationPolicy
                .Require(Signer)
                .WithAttestations(Statement.SpdxType, Statement.ProvenanceType)
                .Telling(Statement.OpenVexType, Statement.CycloneDxType);
            return RequiresTagForm ? all.WithTagForm() : all;
        }
    }

    /// <summary>What the provenance of something must say.</summary>
    /// <param name="subjects">What was read, verified: an index with its children, or one manifest.</param>
    internal ProvenanceCheck ProvenanceOf(ImmutableArray<SubjectVerdict> subjects, TagClaims claims) =>
        Provenance with
        {
            Claims = claims,
            Way = claims.Way ?? Provenance.Way,
            Platforms = Provenance.Platforms ?? (IsKnown(subjects) ? [.. subjects.Skip(1).Select(subject => subject.Platform!)] : null),
            Platform = subjects[0].Platform,
        };

    /// <summary>Whether it is an index of which each platform is known; else something else is wrong, and told.</summary>
    private static bool IsKnown(ImmutableArray<SubjectVerdict> subjects) =>
        subjects[0].Platform is null && subjects.Skip(1).All(subject => subject.Platform is not null);
}
