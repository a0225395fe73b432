using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

/// <summary>The target Sign as its users run it: what it says of an image's build, and of which it says nothing.</summary>
public sealed class SignTargetTests
{
    private static readonly Dictionary<string, string?> Workflow = new()
    {
        ["GITHUB_ACTIONS"] = "true",
        ["GITHUB_SERVER_URL"] = "https://github.com",
        ["GITHUB_REPOSITORY"] = "octo/tools",
        ["GITHUB_WORKFLOW_REF"] = "octo/tools/.github/workflows/release.yml@refs/heads/main",
        ["GITHUB_RUN_ID"] = "7",
        ["GITHUB_RUN_ATTEMPT"] = "1",
    };

    /// <summary>Wherever the tests themselves run.</summary>
    private static readonly Dictionary<string, string?> Elsewhere = new() { ["GITHUB_ACTIONS"] = null };

    [Fact]
    public async Task A_provenance_is_made_once_and_again_for_another_commit()
    {
        using ScratchRepository repository = await CommittedAsync();
        (await RunAsync(repository, "Assemble", "Inspect")).Require();
        Assert.Matches(@" [1-9]\d* [a-z ]*made, 0 kept", (await SignAsync(repository)).Require().Error);
        SlsaProvenance first = await ReadAsync(repository, "artifacts");
        Assert.Equal(
            (Builder.Local.Id, "https://example.org/tools", false),
            (first.BuilderId, first.Parameters.Source, first.Parameters.IsModified)
        );
        Assert.Equal(["amd64.spdx.json", "index.spdx.json"], first.Byproducts.Select(file => file.Name));
        foreach (ResourceDescriptor file in first.Byproducts)
            Assert.Equal(
                file.Digests["sha256"],
                Digest.Of(await File.ReadAllBytesAsync(repository.At("artifacts", "tools", "sbom", file.Name))).Hex
            );

        byte[] layout = await File.ReadAllBytesAsync(repository.At("artifacts", "tools", "layout", "index.json"));
        (await RunAsync(repository, "Assemble")).Require();
        Assert.Equal(layout, await File.ReadAllBytesAsync(repository.At("artifacts", "tools", "layout", "index.json")));
        Assert.Matches(@" 0 [a-z ]*made, [1-9]\d* kept", (await SignAsync(repository)).Require().Error);
        Assert.Equal(first.ToBytes(), (await ReadAsync(repository, "artifacts")).ToBytes());

        repository.Write("README.md", "No part of the image.");
        await repository.CommitAsync("More to read", "tools/v1.0.0-r1");
        Assert.Matches(@" 1 [a-z ]*made, [1-9]\d* kept", (await SignAsync(repository)).Require().Error);
        Assert.Equal("tools/v1.0.0-r1", (await ReadAsync(repository, "artifacts")).Parameters.Tag);
    }

    [Fact]
    public async Task What_was_assembled_from_something_else_is_not_signed()
    {
        using ScratchRepository repository = await CommittedAsync();
        (await RunAsync(repository, "Assemble", "Inspect")).Require();
        string definition = repository.At("images", "tools", "image.yaml");
        string text = await File.ReadAllTextAsync(definition);
        await File.WriteAllTextAsync(definition, text + "# changed\n");
        Assert.Contains(
            "was assembled from another definition, lock or file than the present one; nothing was signed. Run ./build.sh Assemble",
            (await SignAsync(repository)).Require(65).Error,
            StringComparison.Ordinal
        );
        await File.WriteAllTextAsync(definition, text);
        File.Delete(repository.At("artifacts", "tools", "assembly.json"));
        Assert.Contains("assembly.json, which says what", (await SignAsync(repository)).Require(65).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(repository.At("artifacts", "tools", "trust")));
    }

    [Fact]
    public async Task The_builder_is_the_workflow_and_a_rehearsals_is_a_rehearsal_even_there()
    {
        using ScratchRepository repository = await CommittedAsync();
        (await RunAsync(repository, "Assemble", "Inspect")).Require();
        Assert.Contains(
            "GITHUB_RUN_ID",
            (await SignAsync(repository, new Dictionary<string, string?>(Workflow) { ["GITHUB_RUN_ID"] = null })).Require(78).Error,
            StringComparison.Ordinal
        );
        Assert.False(Directory.Exists(repository.At("artifacts", "tools", "trust")));
        (await SignAsync(repository, Workflow)).Require();
        SlsaProvenance signed = await ReadAsync(repository, "artifacts");
        Assert.Equal("https://github.com/octo/tools/.github/workflows/release.yml@refs/heads/main", signed.BuilderId);
        Assert.Equal("https://github.com/octo/tools/actions/runs/7/attempts/1", signed.InvocationId);

        (await RunAsync(repository, Workflow, "Rehearse")).Require();
        Assert.Equal(Builder.Rehearsal.Id, (await ReadAsync(repository, "artifacts", "rehearsal")).BuilderId);
    }

    private static async Task<ScratchRepository> CommittedAsync()
    {
        ScratchRepository repository = await UpstreamImage.CreateAsync(("a", 1000));
        await repository.CommitAsync("tools", "tools/v1.0.0");
        return repository;
    }

    private static Task<ChildResult> SignAsync(ScratchRepository repository, IReadOnlyDictionary<string, string?>? workflow = null) =>
        RunAsync(repository, workflow ?? Elsewhere, "Sign", "--skip", "Inspect", "--signing-key", repository.Key.Private);

    private static Task<ChildResult> RunAsync(ScratchRepository repository, params string[] arguments) =>
        RunAsync(repository, Elsewhere, arguments);

    private static Task<ChildResult> RunAsync(
        ScratchRepository repository,
        IReadOnlyDictionary<string, string?> workflow,
        params string[] arguments
    )
    {
        SlipwayCommand slipway = repository.Slipway with
        {
            Cache = repository.Beside("cache"),
            Variables = repository.Slipway.Variables.Concat(workflow).ToDictionary(StringComparer.Ordinal),
        };
        return slipway.RunAsync([.. arguments, "--upstream-mirror", repository.Mirror.Path]);
    }

    private static Task<SlsaProvenance> ReadAsync(ScratchRepository repository, params string[] artifacts) =>
        SignedImages.ProvenanceAsync(repository.At([.. artifacts, "tools", "trust"]));
}
