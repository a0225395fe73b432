using Slipway.SlipwayVerify;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>slipway-verify as its users run it. That its verdict is Verify's, <see cref="TamperedReleaseTests"/> shows.</summary>
public sealed class SlipwayVerifyTests
{
    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    [Fact]
    public void The_help_fits_a_screen_and_names_every_option()
    {
        string[] lines = HelpText.Text.Split('\n');
        Assert.InRange(lines.Length, 1, 24);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.All(new VerifyCommand().Names, name => Assert.Matches($"{name}(?![a-z-])", HelpText.Text));
    }

    [Theory]
    [InlineData("wanted one reference, got none")]
    [InlineData("wanted one reference, got a, b", "a", "b")]
    [InlineData("--kye: unknown option. Did you mean --key?", "--kye", "release.pub", "quay.io/a/b:v1")]
    [InlineData("--KEY=x: unknown option. Did you mean --key?", "quay.io/a/b:v1", "--KEY=x")]
    [InlineData("--everything: unknown option. Run slipway-verify --help", "quay.io/a/b:v1", "--everything")]
    [InlineData("'--key'", "quay.io/a/b:v1", "--key")]
    [InlineData("'--key'", "quay.io/a/b:v1", "--key", "a", "--key", "b")]
    [InlineData("--digest prints nothing else", "quay.io/a/b:v1", "--digest", "--json")]
    [InlineData("--trust: wanted a folder or an archive", "quay.io/a/b:v1", "--trust", ".", "--key", "release.pub")]
    [InlineData("quay.io/a/b: wanted a tag or a digest", "quay.io/a/b", "--key", "release.pub")]
    [InlineData("--official quay.io/a/b:v1: wanted a repository", "quay.io/a/b:v1", "--official", "quay.io/a/b:v1", "--key", "release.pub")]
    [InlineData("wanted HOST=URL", "quay.io/a/b:v1", "--registry-map", "x", "--key", "release.pub")]
    [InlineData("wanted a version as v1.36.4 or a time", "quay.io/a/b:v1", "--not-older-than", "0123456789ab", "--key", "release.pub")]
    [InlineData("folder not found", "oci:nowhere", "--key", "release.pub")]
    [InlineData("--key cannot be combined with --identity or --issuer", "quay.io/a/b:v1", "--key", "release.pub", "--identity", "x")]
    [InlineData("signs the release itself", "quay.io/a/b:v1", "--key", "release.pub", "--reproduced-by", "release.pub")]
    public async Task What_is_typed_wrong_is_64(string because, params string[] arguments)
    {
        using ScratchFolder folder = new();
        string key = SigningKeys.Create(folder.Path, "release").Public;
        ChildResult result = (
            await VerifyProgram.Compiled.RunAsync([.. arguments.Select(argument => argument == "release.pub" ? key : argument)])
        ).Require(64);
        Assert.Empty(result.Output);
        Assert.StartsWith("slipway-verify: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("no public key or identity was given. Give --key FILE")]
    [InlineData("--key /dev/null", "--key", "/dev/null")]
    [InlineData("--key /nowhere: file not found", "--key", "/nowhere")]
    [InlineData("--reproduced-by nobody: file not found", "--reproduced-by", "nobody", "--key", "release.pub")]
    public async Task Whom_nobody_can_be_is_78(string because, params string[] arguments)
    {
        using ScratchFolder folder = new();
        string key = SigningKeys.Create(folder.Path, "release").Public;
        ChildResult result = (
            await VerifyProgram.Compiled.RunAsync([
                "quay.io/a/b:v1",
                .. arguments.Select(argument => argument == "release.pub" ? key : argument),
            ])
        ).Require(78);
        Assert.Contains(because, result.Error, StringComparison.Ordinal);
    }

    /// <summary>A CI's own key and identity are nobody to believe here, nor a parameter of the build's.</summary>
    [Fact]
    public async Task Nothing_of_the_surroundings_says_whom_to_believe()
    {
        using ScratchFolder folder = new();
        SigningKeys key = SigningKeys.Create(folder.Path, "release");
        VerifyProgram program = VerifyProgram.Compiled with
        {
            Variables = new Dictionary<string, string?>
            {
                ["SLIPWAY_PUBLIC_KEY"] = key.Public,
                ["SLIPWAY_SIGNING_KEY"] = key.Private,
                ["SIGSTORE_ID_TOKEN"] = "x",
            },
        };
        Assert.Contains("no public key", (await program.RunAsync("quay.io/a/b:v1")).Require(78).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_verifies_in_a_registry_a_folder_and_an_archive_and_its_digest_is_all_that_a_script_reads()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string layout = tools.Repository.At("artifacts", "tools", "layout"),
            archive = tools.Repository.Beside("tools.tar");
        (await tools.RunAsync("Save", "--reference", Release, "--to", archive, "--public-key", tools.Repository.Key.Public)).Require();
        string scratch = Directory.CreateDirectory(tools.Repository.Beside("scratch")).FullName;
        VerifyProgram program = VerifyProgram.Compiled with { Variables = new Dictionary<string, string?> { ["TMPDIR"] = scratch } };
        string[] key = ["--key", tools.Repository.Key.Public],
            map = [.. tools.Map],
            official = ["--official", PublishedTools.Official];

        string verified = (await program.RunAsync([Release, .. key, .. map, "--digest", "--deep"])).Require().Output;
        Assert.Matches($"^{PublishedTools.Official}@sha256:[0-9a-f]{{64}}\n\\z", verified);
        string digest = verified.Trim().Split('@')[1];
        foreach (
            string reference in (string[])
                [layout, $"oci:{layout}:{UpstreamImage.Version}", $"{layout}@{digest}", archive, $"oci-archive:{archive}"]
        )
            Assert.Equal(verified, (await program.RunAsync([reference, .. key, .. official, "--digest", "--deep"])).Require().Output);
        Assert.Equal(
            $"{PublishedTools.Fallback}@{digest}\n",
            (await program.RunAsync([$"{PublishedTools.Fallback}:v1.0.0", .. key, .. map, .. official, "--digest"])).Require().Output
        );

        // A copy names its original, files say what they are, and neither is guessed.
        ChildResult copy = (await program.RunAsync([$"{PublishedTools.Fallback}:v1.0.0", .. key, .. map])).Require(65);
        Assert.Contains("If it is a copy, name its original by --official REPOSITORY", copy.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Give --official REPOSITORY",
            (await program.RunAsync([layout, .. key])).Require(64).Error,
            StringComparison.Ordinal
        );

        // What is not verified is no digest.
        SigningKeys other = SigningKeys.Create(tools.Repository.Beside(), "other");
        ChildResult refused = (await program.RunAsync([Release, "--key", other.Public, .. map, "--digest"])).Require(65);
        Assert.Equal("", refused.Output);
        Assert.Contains("signed-by-other-key", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch));

        tools.Faults = (_, _) => Fault.Answer(503, "0");
        (await program.RunAsync([Release, .. key, .. map, "--digest"])).Require(75);
        tools.Faults = (_, _) => Fault.Answer(403);
        (await program.RunAsync([Release, .. key, .. map, "--digest"])).Require(77);
    }

    [Fact]
    public async Task The_version_is_the_product_s() =>
        Assert.Equal(
            $"slipway-verify {typeof(Build).Assembly.GetName().Version!.ToString(3)}\n",
            (await VerifyProgram.Compiled.RunAsync("--version")).Require().Output
        );
}
