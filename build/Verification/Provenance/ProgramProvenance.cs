using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// How programs that a release hands out were compiled: the predicate <c>https://slsa.dev/provenance/v1</c> (SLSA specification,
/// build-provenance.md) of the build type that <c>docs/build-types/program-v1.md</c> describes. Compiled again from the same commit by the
/// same SDK and builder it is the same, byte for byte.
/// </summary>
public sealed record ProgramProvenance
{
    /// <summary>The address of the page that says what each parameter means.</summary>
    public const string BuildType = "https://github.com/poseidon/slipway/blob/main/docs/build-types/program-v1.md";

    /// <summary>As <c>slipway-verify</c>.</summary>
    public required string Program { get; init; }

    /// <summary>The https address of the repository.</summary>
    public required string Source { get; init; }

    /// <summary>In hex.</summary>
    public required string Commit { get; init; }

    /// <summary>The version of the .NET SDK.</summary>
    public required string Sdk { get; init; }

    /// <summary>A URI, as in a <see cref="Builder"/>.</summary>
    public required string BuilderId { get; init; }

    /// <summary>The predicate.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartObject("buildDefinition");
            writer.WriteString("buildType", BuildType);
            writer.WriteStartObject("externalParameters");
            writer.WriteString("program", Program);
            writer.WriteString("source", Source);
            writer.WriteString("commit", Commit);
            writer.WriteEndObject();
            writer.WriteStartArray("resolvedDependencies");
            new ResourceDescriptor("", $"git+{Source}@{Commit}", Descriptor.NoAnnotations.Add(ResourceDescriptor.GitCommit, Commit)).Write(
                writer
            );
            new ResourceDescriptor("", SlsaProvenance.Sdk + Sdk, Descriptor.NoAnnotations).Write(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteStartObject("runDetails");
            writer.WriteStartObject("builder");
            writer.WriteString("id", BuilderId);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        });

    /// <summary>What is to be signed about the files.</summary>
    /// <param name="files">By name and digest.</param>
    public Statement About(IEnumerable<(string Name, Digest Digest)> files) =>
        new([.. files.Select(file => new StatementSubject(file.Name, file.Digest))], Statement.ProvenanceType, ToBytes());
}
