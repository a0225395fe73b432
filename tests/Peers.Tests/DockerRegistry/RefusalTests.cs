using System.Text.Json.Nodes;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What must never reach a registry, and what must never be accepted from one.</summary>
[Collection(SmallImages.Name)]
public sealed class RefusalTests(SmallFixture fixture)
{
    private const string Repository = "slipway-tests/small";

    [Fact]
    public async Task What_a_rehearsal_made_is_not_published()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        (await fixture.In(repository).RunAsync("Rehearse", "--upstream-mirror", repository.Mirror.Path)).Require();
        string artifacts = repository.At("artifacts", "rehearsal");

        ChildResult refused = (await PublishAsync(repository, registry, "Sign", "--artifacts-directory", artifacts)).Require(65);

        Assert.Contains("made by a rehearsal", refused.Error, StringComparison.Ordinal);
        await RequireNothingAsync(registry, refused);
    }

    [Fact]
    public async Task A_stand_in_is_not_published_even_when_the_layouts_own_mark_is_taken_off()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        // Without a mirror; and the proxy is one that nothing listens on, so that upstream cannot be reached anywhere.
        SlipwayCommand alone = fixture.In(repository);
        alone = alone with
        {
            Variables = new Dictionary<string, string?>(alone.Variables)
            {
                ["HTTPS_PROXY"] = "http://127.0.0.1:9",
                ["https_proxy"] = null,
                ["NO_PROXY"] = null,
                ["no_proxy"] = null,
            },
        };
        ChildResult rehearsed = (await alone.RunAsync("Rehearse")).Require();
        Assert.Contains("stand-in", rehearsed.Output, StringComparison.Ordinal);
        string artifacts = repository.At("artifacts", "rehearsal");
        string index = Path.Combine(artifacts, SmallImage.Name, "layout", "index.json");
        JsonNode document = JsonNode.Parse(File.ReadAllText(index))!;
        Assert.True(document.AsObject().Remove("annotations"), "the layout has no mark");
        File.WriteAllText(index, document.ToJsonString());

        // Signed by the rehearsal already; signing anew would be refused by the inspection, whose lock knows no stand-ins.
        ChildResult refused = (await PublishAsync(repository, registry, "--artifacts-directory", artifacts)).Require(65);

        Assert.Contains("stand-ins for tool", refused.Error, StringComparison.Ordinal);
        await RequireNothingAsync(registry, refused);
    }

    [Theory]
    [InlineData(SmallImage.Version)]
    [InlineData(SmallImage.Version + "-arm64")]
    public async Task Verify_fails_when_the_signature_of_index_or_child_is_gone(string stripped)
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        (await PublishAsync(repository, registry, "Assemble", "Sign")).Require();
        (await VerifyAsync(repository, registry)).Require();
        string subject = await registry.DigestAsync(Repository, stripped);
        // Either form will do, so both are taken away: the tag, and the list of bundles where a registry has no API for it.
        foreach (string form in (string[])[".sig", ""])
            await registry.DeleteAsync(Repository, await registry.DigestAsync(Repository, subject.Replace(':', '-') + form));

        ChildResult refused = (await VerifyAsync(repository, registry)).Require(65);
        Assert.Contains(subject, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_fails_with_another_key()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        (await PublishAsync(repository, registry, "Assemble", "Sign")).Require();
        SigningKeys other = SigningKeys.Create(repository.Beside("keys"), "other");

        (await VerifyAsync(repository, registry, other)).Require(65);
    }

    [Fact]
    public async Task A_tag_that_names_other_content_already_is_left_alone_and_refused()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        (await PublishAsync(repository, registry, "Assemble", "Sign")).Require();
        string before = await registry.DigestAsync(Repository, SmallImage.Version);
        int writes = registry.Writes;
        string definition = File.ReadAllText(repository.At("images", "small", "image.yaml"));
        repository.Write("images/small/image.yaml", definition.Replace("A small image for tests", "Another one", StringComparison.Ordinal));
        await repository.GitAsync("tag", "--delete", SmallImage.Tag);
        await repository.CommitAsync("other content", SmallImage.Tag);

        ChildResult refused = (await PublishAsync(repository, registry, "Assemble", "Sign")).Require(65);

        Assert.Contains("was published before and never moves", refused.Error, StringComparison.Ordinal);
        Assert.Equal(before, await registry.DigestAsync(Repository, SmallImage.Version));
        Assert.Equal(writes, registry.Writes);
    }

    private static async Task RequireNothingAsync(DockerRegistry registry, ChildResult refused)
    {
        Assert.Empty(refused.Output);
        Assert.Equal(0, registry.Writes);
        Assert.Empty(await registry.TagsAsync(Repository));
    }

    private Task<ChildResult> PublishAsync(ScratchRepository repository, DockerRegistry registry, params string[] before) =>
        fixture
            .In(repository)
            .RunAsync([
                .. before.TakeWhile(word => !word.StartsWith("--", StringComparison.Ordinal)),
                "Publish",
                .. before.SkipWhile(word => !word.StartsWith("--", StringComparison.Ordinal)),
                "--upstream-mirror",
                repository.Mirror.Path,
                "--signing-key",
                repository.Key.Private,
                .. Map(registry),
            ]);

    private Task<ChildResult> VerifyAsync(ScratchRepository repository, DockerRegistry registry, SigningKeys? key = null) =>
        fixture
            .In(repository)
            .RunAsync([
                "Verify",
                "--reference",
                $"quay.io/{Repository}:{SmallImage.Version}",
                "--public-key",
                (key ?? repository.Key).Public,
                .. Map(registry),
            ]);

    private static string[] Map(DockerRegistry registry) =>
        ["--registry-map", $"quay.io=http://{registry.Host}", $"docker.io=http://{registry.Host}"];
}
