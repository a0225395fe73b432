using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// How an image was built: the predicate <c>https://slsa.dev/provenance/v1</c> (SLSA specification, build-provenance.md) of the
/// build type that <c>docs/build-types/image-v1.md</c> describes. It says of the machine nothing but the versions of .NET.
/// </summary>
public sealed partial record SlsaProvenance
{
    /// <summary>The address of the page that says what each parameter means.</summary>
    public const string BuildType = "https://github.com/poseidon/slipway/blob/main/docs/build-types/image-v1.md";

    public required BuildParameters Parameters { get; init; }

    /// <summary>What the builder set by itself: <c>internalParameters</c>.</summary>
    public required ImmutableSortedDictionary<string, string> BuilderParameters { get; init; }

    /// <summary>The commit, the .NET SDK and runtime, every package and upstream file.</summary>
    public required ImmutableArray<ResourceDescriptor> Dependencies { get; init; }

    /// <summary>A URI: a CI's workflow, or the section of <see cref="BuildType"/> that says what the place is worth.</summary>
    public required string BuilderId { get; init; }

    public required string? InvocationId { get; init; }

    /// <summary>When assembling began; null when it is not said.</summary>
    public required DateTimeOffset? StartedOn { get; init; }

    public required DateTimeOffset? FinishedOn { get; init; }

    public ImmutableArray<ResourceDescriptor> Byproducts { get; init; } = [];

    /// <summary>Who built each platform, where that was not one machine; else none.</summary>
    public IEnumerable<BuiltPlatform> BuiltApart => Byproducts.Select(BuiltPlatform.Read).OfType<BuiltPlatform>();

    /// <summary>
    /// What git calls a commit that no release is tagged at, <c>kubelet/v1.36.4-2-g23228e6</c>: so many commits after the release; null
    /// where the commit is tagged, or nothing is said.
    /// </summary>
    public string? Description =>
        Dependencies
            .FirstOrDefault(resource => resource.Digests.ContainsKey(ResourceDescriptor.GitCommit))
            ?.Annotations.GetValueOrDefault(ResourceDescriptor.GitDescription)
            is { } text
        && DescriptionGrammar().IsMatch(text)
            ? text
            : null;

    /// <exception cref="ContentException">
    /// It is no provenance of this build type. Parse only what a signature was verified over.
    /// </exception>
    public static SlsaProvenance Parse(ReadOnlyMemory<byte> predicate) => ProvenanceReader.Read(predicate);

    /// <summary>What is to be signed about some manifests; an earlier build by the same parameters will do.</summary>
    public WantedStatement About(ImmutableArray<Digest> subjects) =>
        new(subjects, Statement.ProvenanceType, ToBytes()) { Accepts = IsToldBy };

    /// <summary>The predicate; the same provenance always gives the same bytes.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("buildDefinition");
            writer.WriteString("buildType", BuildType);
            writer.WritePropertyName("externalParameters");
            Parameters.Write(writer);
            writer.WriteMap("internalParameters", BuilderParameters);
            WriteAll(writer, "resolvedDependencies", Dependencies);
            writer.WriteEndObject();
            WriteRun(writer);
            writer.WriteEndObject();
        });

    /// <summary>How the versions of .NET are told: a package URL of type <c>generic</c>.</summary>
    public const string Sdk = "pkg:generic/dotnet-sdk@";

    public const string Runtime = "pkg:generic/dotnet-runtime@";

    /// <summary>Another provenance of the same build says the same as one that was made, read back from its signed statement.</summary>
    public static WantedStatement Understand(WantedStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        return statement.PredicateType == Statement.ProvenanceType
            ? statement with
            {
                Accepts = Parse(statement.Predicate).IsToldBy,
            }
            : statement;
    }

    private bool IsToldBy(ReadOnlyMemory<byte> predicate)
    {
        try
        {
            SlsaProvenance told = Parse(predicate);
            return told.Parameters == Parameters && told.Description == Description;
        }
        catch (ContentException)
        {
            return false;
        }
    }

    private void WriteRun(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("runDetails");
        writer.WriteStartObject("builder");
        writer.WriteString("id", BuilderId);
        writer.WriteEndObject();
        writer.WriteStartObject("metadata");
        if (InvocationId is not null)
            writer.WriteString("invocationId", InvocationId);
        WriteTime(writer, "startedOn", StartedOn);
        WriteTime(writer, "finishedOn", FinishedOn);
        writer.WriteEndObject();
        if (!Byproducts.IsEmpty)
            WriteAll(writer, "byproducts", Byproducts);
        writer.WriteEndObject();
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*/v[0-9][0-9a-z.-]*-[0-9]+-g[0-9a-f]{7}\z")]
    private static partial System.Text.RegularExpressions.Regex DescriptionGrammar();

    private static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } given)
            writer.WriteString(name, UtcSecond.Text(given));
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, ImmutableArray<ResourceDescriptor> resources)
    {
        writer.WriteStartArray(name);
        foreach (ResourceDescriptor resource in resources)
            resource.Write(writer);
        writer.WriteEndArray();
    }
}
