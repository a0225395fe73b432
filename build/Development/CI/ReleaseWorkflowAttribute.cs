using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;
using Slipway.Oci;

namespace Slipway.Development;

/// <summary>
/// The release of the image that the git tag names: each platform is assembled, inspected and tried on a machine of its own kind; one job
/// merges what they made, signs as itself, publishes, verifies and makes the release on GitHub, with the program that users verify it with;
/// another machine builds it again.
/// </summary>
internal sealed class ReleaseWorkflowAttribute(string name) : GitHubActionsAttribute(name, GitHubActionsImage.Ubuntu2404)
{
    /// <summary>The environment whose rules and secrets the releasing job has.</summary>
    private const string Environment = "release";

    /// <summary>Where another job's part is put.</summary>
    private const string Parts = "parts",
        Programs = Parts + "/programs";

    private const string Compile = "compile";

    private static readonly Platform[] Machines = [Platform.LinuxAmd64, Platform.LinuxArm64];

    protected override IEnumerable<GitHubActionsJob> GetJobs(ConfigurationContext context) =>
        PipelineImage
            .All(context)
            .SelectMany(image =>
                (IEnumerable<GitHubActionsJob>)[Assemble(image, context), Release(image, context), ReproduceWorkflowAttribute.Call(image)]
            )
            .Prepend(CompileVerify(context));

    private static string Condition(PipelineImage image) => $"startsWith(github.ref, 'refs/tags/{image.TagPrefix}')";

    private static string PartOf(PipelineImage image, string architecture) => $"{image.Name}-{architecture}";

    private static string PartOf(string architecture) => $"{ProgramCompiler.Name}-{architecture}";

    /// <summary>Each machine links for its own kind.</summary>
    private GitHubActionsJob CompileVerify(ConfigurationContext context) =>
        new(Compile)
        {
            Name = $"compile {ProgramCompiler.Name} ${{{{ matrix.architecture }}}}",
            RunsOn = "${{ matrix.runner }}",
            TimeoutMinutes = 30,
            Matrix = [.. Machines.Select(Row)],
            Steps =
            [
                .. GetSetup(),
                GitHubActionsStep.Run($"{context.Command} CompileVerify"),
                GitHubActionsStep.UploadArtifact(PartOf("${{ matrix.architecture }}"), $"artifacts/{ProgramCompiler.Name}"),
            ],
        };

    private GitHubActionsJob Assemble(PipelineImage image, ConfigurationContext context) =>
        new($"assemble-{image.Name}")
        {
            Name = $"assemble {image.Name} ${{{{ matrix.architecture }}}}",
            Condition = Condition(image),
            RunsOn = "${{ matrix.runner }}",
            TimeoutMinutes = 60,
            Matrix = [.. image.Platforms.Select(Row)],
            Steps =
            [
                .. GetSetup(),
                GitHubActionsStep.Run(
                    $"{context.Command} Assemble Inspect Smoke --images {image.Name} --platforms \"$PLATFORM\" --require-smoke"
                ) with
                {
                    Env = new Dictionary<string, string> { ["PLATFORM"] = "${{ matrix.platform }}" },
                },
                // Layers are compressed.
                GitHubActionsStep.UploadArtifact(
                    PartOf(image, "${{ matrix.architecture }}"),
                    $"artifacts/{image.Name}",
                    compressionLevel: 0
                ),
            ],
        };

    private GitHubActionsJob Release(PipelineImage image, ConfigurationContext context)
    {
        string[] parts = [.. image.Platforms.Select(platform => platform.Architecture)];
        return new GitHubActionsJob($"release-{image.Name}")
        {
            Name = $"release {image.Name}",
            Condition = Condition(image),
            Needs = [$"assemble-{image.Name}", Compile],
            RunsOn = "ubuntu-24.04",
            ReadPermissions = [],
            // The release's page; the identity that signs.
            WritePermissions = [GitHubActionsPermissions.Contents, GitHubActionsPermissions.IdToken],
            EnvironmentName = Environment,
            ConcurrencyGroup = $"release-{image.Name}",
            TimeoutMinutes = 60,
            Steps =
            [
                .. GetSetup(),
                .. parts.Select(part => GitHubActionsStep.DownloadArtifact(PartOf(image, part), $"{Parts}/{part}")),
                .. Machines.Select(one => GitHubActionsStep.DownloadArtifact(PartOf(one.Architecture), $"{Programs}/{one.Architecture}")),
                GitHubActionsStep.Run(JobCommands.InstallCosign("$HOME/.local/bin")),
                GitHubActionsStep.Run(
                    $"{context.Command} Merge --images {image.Name} --layouts {string.Join(' ', parts.Select(part => $"{Parts}/{part}"))}"
                ),
                GitHubActionsStep.Run(
                    $"PATH=$HOME/.local/bin:$PATH {context.Command} Release --images {image.Name} "
                        + $"--programs {string.Join(' ', Machines.Select(one => $"{Programs}/{one.Architecture}"))}"
                ) with
                {
                    Id = "release",
                    Env = PipelineImage.Credentials(image.Repositories).Concat(GetImports()).ToDictionary(),
                },
            ],
        };
    }

    private static Dictionary<string, string> Row(Platform platform) =>
        new()
        {
            ["platform"] = platform.ToString(),
            ["architecture"] = platform.Architecture,
            ["runner"] = platform.Architecture switch
            {
                "amd64" => "ubuntu-24.04",
                "arm64" => "ubuntu-24.04-arm",
                _ => throw new InvalidOperationException($"GitHub has no runner for {platform}."),
            },
        };
}
