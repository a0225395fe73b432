using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Tags of both styles from a real repository, on a real registry that asks for a password.</summary>
[Collection(SmallImages.Name)]
public sealed class TagTests(SmallFixture fixture)
{
    private const string Repository = "slipway-tests/small";

    [Fact]
    public async Task A_commit_after_the_tag_on_main_gets_its_distance_and_moves_build_main()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(asks: true);
        await repository.CommitAsync("one more");
        await repository.CommitAsync("and one more");
        string sha = await repository.ShortCommitAsync(),
            release = $"{SmallImage.Version}-2-g{sha}";

        (await PublishAsync(repository, registry)).Require();

        string[] wanted =
        [
            release,
            $"{release}-amd64",
            $"{release}-arm64",
            $"build-{sha}",
            $"build-{sha}-amd64",
            $"build-{sha}-arm64",
            "build-main",
        ];
        Assert.Equal(wanted.Order(StringComparer.Ordinal), await TagsAsync(registry));
        Assert.Equal(await registry.DigestAsync(Repository, release), await registry.DigestAsync(Repository, "build-main"));
    }

    [Fact]
    public async Task A_commit_on_another_branch_does_not_move_build_main()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(asks: true);
        await repository.GitAsync("checkout", "--quiet", "-b", "topic");
        await repository.CommitAsync("aside");

        (await PublishAsync(repository, registry)).Require();

        Assert.DoesNotContain("build-main", await TagsAsync(registry));
    }

    [Fact]
    public async Task Uncommitted_changes_are_refused()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        repository.Write("notes.txt", "not committed");

        await RequireRefusedAsync(repository, "there are uncommitted changes");
    }

    [Fact]
    public async Task A_commit_without_a_tag_is_refused()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await repository.GitAsync("tag", "--delete", SmallImage.Tag);

        await RequireRefusedAsync(repository, "git tag small/v1.2.3");
    }

    [Fact]
    public async Task A_git_tag_that_disagrees_with_the_definition_is_refused()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await repository.GitAsync("tag", "--delete", SmallImage.Tag);
        await repository.GitAsync("tag", "small/v1.2.4");

        await RequireRefusedAsync(repository, "small/v1.2.4 disagrees with version v1.2.3");
    }

    [Fact]
    public async Task A_shallow_clone_is_refused_with_the_command_that_mends_it()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await repository.CommitAsync("one more", "small/v1.2.3-r1");
        await repository.GitAsync("clone", "--quiet", "--depth=1", $"file://{repository.Root}", repository.Beside("shallow"));
        SlipwayCommand shallow = fixture.In(repository) with { Root = repository.Beside("shallow") };

        await RequireRefusedAsync(repository, "git fetch --unshallow --tags", shallow);
    }

    [Fact]
    public async Task A_rebuild_of_the_same_version_is_released_under_its_own_tag()
    {
        using ScratchRepository repository = await fixture.NewAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(asks: true);
        await repository.CommitAsync("newer packages", "small/v1.2.3-r1");

        (await PublishAsync(repository, registry)).Require();

        Assert.Contains("v1.2.3-r1", await TagsAsync(registry));
        Assert.DoesNotContain("v1.2.3", await TagsAsync(registry));
    }

    private async Task RequireRefusedAsync(ScratchRepository repository, string reason, SlipwayCommand? slipway = null)
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync(asks: true);

        ChildResult refused = (await PublishAsync(repository, registry, slipway)).Require(78);

        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        Assert.Equal(0, registry.Writes);
    }

    private Task<ChildResult> PublishAsync(ScratchRepository repository, DockerRegistry registry, SlipwayCommand? slipway = null) =>
        ((slipway ?? fixture.In(repository)) with { Variables = Account(slipway ?? repository.Slipway) }).RunAsync(
            "Assemble",
            "Sign",
            "Publish",
            "--upstream-mirror",
            repository.Mirror.Path,
            "--signing-key",
            repository.Key.Private,
            "--registry-map",
            $"quay.io=http://{registry.Host}",
            $"docker.io=http://{registry.Host}"
        );

    private static Dictionary<string, string?> Account(SlipwayCommand slipway) =>
        new(slipway.Variables)
        {
            ["QUAY_USERNAME"] = DockerRegistry.User,
            ["QUAY_PASSWORD"] = DockerRegistry.Password,
            ["DOCKERHUB_USERNAME"] = DockerRegistry.User,
            ["DOCKERHUB_TOKEN"] = DockerRegistry.Password,
        };

    private static async Task<IEnumerable<string>> TagsAsync(DockerRegistry registry) =>
        (await registry.TagsAsync(Repository)).Where(tag => !tag.StartsWith("sha256-", StringComparison.Ordinal));
}
