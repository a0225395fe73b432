using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// What a verification found, as a statement for those who take somebody's word instead of verifying again: a verification summary
/// attestation (SLSA 1.2, verification_summary.md, predicate version 1). <c>docs/attestations/verification-summary.md</c> says what each
/// member means here.
/// </summary>
public sealed record VerificationSummary
{
    public const string Type = "https://slsa.dev/verification_summary/v1";

    /// <summary>The page that says what verifiers and policies are called.</summary>
    public const string Page = "https://github.com/poseidon/slipway/blob/main/docs/attestations/verification-summary.md";

    /// <summary>
    /// Signed provenance about these digests. What signs it is a step of the job that builds, or somebody's own key; level 2 asks for a
    /// part of the build platform that no job can reach.
    /// </summary>
    private const string Level = "SLSA_BUILD_LEVEL_1";

    private const string SlsaVersion = "1.2",
        Failed = "FAILED";

    /// <summary>On one image, at one or several places.</summary>
    public required ReleaseVerdict Verdict { get; init; }

    /// <summary>By which it was judged.</summary>
    public required ReleasePolicy Policy { get; init; }

    public required VerifyingProgram Verifier { get; init; }

    /// <summary>The registry's repository that was asked for; of files the one that their signatures must name.</summary>
    public required Reference Repository { get; init; }

    /// <summary>Whether it was read in a registry.</summary>
    public required bool IsRemote { get; init; }

    /// <summary>
    /// What the statement is about: all of what passed; of what failed what was asked for alone, since its parts may be sound.
    /// </summary>
    private ImmutableArray<Digest> Subjects =>
        [
            .. (
                Verdict.Passed
                    ? Verdict.Places[0].Result!.Subjects.Select(subject => subject.Digest)
                    : Verdict.Places.Where(place => place.Result is { Passed: false }).Select(place => place.Result!.Digest)
            )
                .OfType<Digest>()
                .Distinct(),
        ];

    /// <returns>
    /// Null where nothing can be said: nothing is known of it, or there is nothing by that name, so that it would be about nothing.
    /// </returns>
    public Statement? ToStatement() =>
        Subjects.IsEmpty
            ? null
            : new Statement([.. Subjects.Select(digest => new StatementSubject(Repository.Name, digest))], Type, OciJson.Write(Write));

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("verifier");
        writer.WriteString("id", $"{Page}#{Verifier.Name}");
        writer.WriteStartObject("version");
        writer.WriteString(Verifier.Name, Verifier.Version);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("timeVerified", UtcSecond.Text(Verifier.Time.GetUtcNow()));
        writer.WriteString("resourceUri", PackageUrl.OfImage(Repository, Subjects[0], architecture: null, Verdict.Places[0].Claims.Tag));
        writer.WritePropertyName("policy");
        DescribedPolicy().Write(writer);
        if (Verdict.Passed)
            WriteInputs(writer);
        writer.WriteString("verificationResult", Verdict.Passed ? "PASSED" : Failed);
        ReleaseJson.WriteStrings(writer, "verifiedLevels", [Verdict.Passed ? Level : Failed]);
        writer.WriteString("slsaVersion", SlsaVersion);
        writer.WriteEndObject();
    }

    /// <summary>
    /// Every attestation that was verified, each once, in the order of its digest. A signature in cosign's tag form is none. The list is
    /// whole or left out, as the specification wants it: of what failed not all was read.
    /// </summary>
    private void WriteInputs(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("inputAttestations");
        foreach (
            (PlaceVerdict place, Digest blob) in Verdict
                .Places.SelectMany(
                    place => place.Result!.Subjects.SelectMany(subject => subject.Statements),
                    (place, said) => (place, said)
                )
                .Where(read => read.said.Stored is not null)
                .Select(read => (read.place, read.said.Stored!))
                .DistinctBy(read => read.Item2)
                .OrderBy(read => read.Item2.ToString(), StringComparer.Ordinal)
        )
            ResourceDescriptor.Of("", IsRemote ? AddressOf(blob, Reference.Parse(place.Place)) : "", blob).Write(writer);
        writer.WriteEndArray();
    }

    /// <summary>Where a registry gives it away (OCI distribution specification, "Pulling blobs").</summary>
    private static string AddressOf(Digest blob, Reference repository)
    {
        string[] place = repository.Place.Split('/', 2);
        Uri registry = KnownRegistry.Of(place[0])?.Address ?? new Uri($"https://{place[0]}/");
        return $"{registry}v2/{place[1]}/blobs/{blob}";
    }

    /// <summary>The policy by the digest of its file, and what was asked in all.</summary>
    private ResourceDescriptor DescribedPolicy()
    {
        Dictionary<string, string?> asked = new()
        {
            ["signers"] = Policy.Signers is { } signers ? Of(signers) : Policy.Signer.Name,
            ["rebuilders"] = (Policy.ReproducedBy, Policy.Rebuilders) switch
            {
                ({ IsEmpty: true }, null) => null,
                ({ IsEmpty: true }, { } some) => Of(some),
                (var all, _) => string.Join(" and ", all.Select(one => one.Name)),
            },
            ["image"] = Policy.Provenance.Image,
            ["source"] = Policy.Provenance.Source,
            ["builders"] = Policy.Provenance.Builder ?? Joined(Policy.Provenance.Builders),
            ["triggers"] = Joined(Policy.Provenance.Triggers),
            ["notOlderThan"] = Policy.NotOlderThan?.Text,
            ["method"] = Policy.Provenance.Way?.ToString().ToLowerInvariant(),
            ["deep"] = Policy.Folder is null ? null : "true",
        };
        string uri = $"{Page}#{(Policy.File is null ? "command-line" : "policy-file")}";
        return (
            Policy.File is { } file ? ResourceDescriptor.Of("", uri, file) : new ResourceDescriptor("", uri, Descriptor.NoAnnotations)
        ) with
        {
            Annotations = Descriptor.NoAnnotations.AddRange(
                asked.Where(one => one.Value is { Length: > 0 }).Select(one => KeyValuePair.Create(one.Key, one.Value!))
            ),
        };
    }

    private static string Of(SignerThreshold some) => $"{some.Threshold} of {string.Join(", ", some.Of.Select(one => one.Signer.Name))}";

    private static string Joined(ImmutableArray<string> texts) => texts.IsDefaultOrEmpty ? "" : string.Join(" or ", texts);
}
