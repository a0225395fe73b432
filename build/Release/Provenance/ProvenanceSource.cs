using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>All that a provenance is made from.</summary>
public sealed record ProvenanceSource
{
    public required AssembledImage Image { get; init; }

    /// <summary>The record of its assembly.</summary>
    public required AssemblyRecord Assembly { get; init; }

    /// <summary>Every locked file of its platforms.</summary>
    public required ImmutableArray<Material> Materials { get; init; }

    /// <summary>The commit that is checked out.</summary>
    public required GitState Git { get; init; }

    /// <summary>Where the definition says that it is kept, an https address.</summary>
    public required string Source { get; init; }

    public required Builder Builder { get; init; }

    /// <summary>What else the build made, as SBOMs.</summary>
    public ImmutableArray<ResourceDescriptor> Byproducts { get; init; } = [];

    /// <summary>What is to be said of the build.</summary>
    public SlsaProvenance ToProvenance()
    {
        BuildParameters parameters = Parameters();
        return new SlsaProvenance
        {
            Parameters = parameters,
            BuilderParameters = Builder.Parameters,
            Dependencies =
            [
                CommitOf(parameters, Git.DescriptionOf(parameters.Image)),
                .. Assembly.Toolchains.Select(toolchain => Version(SlsaProvenance.Sdk + toolchain.Sdk)).DistinctBy(version => version.Uri),
                .. Assembly
                    .Toolchains.Select(toolchain => Version(SlsaProvenance.Runtime + toolchain.Runtime))
                    .DistinctBy(version => version.Uri),
                .. Materials.Select(material => ResourceDescriptor.Of(material)),
            ],
            BuilderId = Builder.Id,
            InvocationId = Builder.InvocationId,
            StartedOn = Assembly.StartedOn,
            FinishedOn = Assembly.FinishedOn,
            Byproducts = [.. Byproducts, .. Assembly.Parts.Select(part => Built(part).Record)],
        };
    }

    private static ResourceDescriptor Version(string uri) => new("", uri, Descriptor.NoAnnotations);

    private static BuiltPlatform Built(AssemblyPart part) =>
        BuiltPlatform
            .Of(part.Platform, part.Manifest, part.Record, part.Origin.Builder)
            .With("invocationId", part.Origin.Invocation)
            .With("runner", part.Origin.Runner)
            .With("sdk", part.Toolchain.Sdk)
            .With("runtime", part.Toolchain.Runtime)
            .With("startedOn", UtcSecond.Text(part.StartedOn))
            .With("finishedOn", UtcSecond.Text(part.FinishedOn));

    private static ResourceDescriptor CommitOf(BuildParameters parameters, string? description)
    {
        ResourceDescriptor commit = new(
            "",
            $"git+{parameters.Source}@{parameters.Commit}",
            Descriptor.NoAnnotations.Add(ResourceDescriptor.GitCommit, parameters.Commit)
        );
        return description is null
            ? commit
            : commit with
            {
                Annotations = commit.Annotations.Add(ResourceDescriptor.GitDescription, description),
            };
    }

    private BuildParameters Parameters() =>
        new()
        {
            Image = Image.Name,
            Source = Builder.Repository ?? Source,
            Commit = Git.Commit,
            Tag = Git.Distance == 0 ? Git.Tag : null,
            IsModified = Git.IsDirty || Assembly.Parts.Any(part => part.Origin.IsModified),
            Definition = Assembly.Input.Definition,
            Lock = Assembly.Input.Lock,
            Dockerfile = Assembly.Input.Dockerfile,
            Platforms = [.. Image.Platforms.Select(platform => platform.Platform)],
        };
}
