using System.Globalization;
using Slipway.Engine;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Looks at what a release needs of the machine: tokens, programs, space.</summary>
/// <param name="workspace">Where the cache and the results are.</param>
/// <param name="environment">Reads an environment variable.</param>
internal sealed class MachineDoctor(Workspace workspace, Func<string, string?> environment, TimeProvider time)
{
    private const string Here = "this machine";

    /// <summary>What both images take with their caches, twice.</summary>
    private const long SpaceNeeded = 2_000_000_000;

    private static readonly string[] Tokens = ["GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The line about the token for GitHub, which is not tried: what it may do is known when it is used.</summary>
    public DoctorLine Token() =>
        Tokens.FirstOrDefault(name => !string.IsNullOrWhiteSpace(environment(name))) is { } found
            ? DoctorLine.Unknown("GitHub", "token", $"one is in {found}; its rights were not checked")
            : DoctorLine.Hint("GitHub", "token", "none", "Release and Update --pull-request want GITHUB_TOKEN; Publish does not");

    /// <summary>The lines about programs, the Docker Engine and space.</summary>
    public async Task<IReadOnlyList<DoctorLine>> LookAsync(CancellationToken cancellationToken)
    {
        List<DoctorLine> lines =
        [
            await GpgvAsync(cancellationToken),
            await CosignAsync(cancellationToken),
            await EngineAsync(cancellationToken),
        ];
        lines.Add(Space("space for the cache", workspace.Cache));
        lines.Add(Space("space for results", workspace.Artifacts));
        return lines;
    }

    private static async Task<DoctorLine> GpgvAsync(CancellationToken cancellationToken) =>
        await OutputAsync("gpgv", "--version", ProgramEnvironment.Gpgv, cancellationToken) is { } output
            ? DoctorLine.Ok(Here, "gpgv", output.Split('\n')[0].Trim())
            : DoctorLine.Failed(
                Here,
                "gpgv",
                "not found, so Lock cannot verify Debian's suites",
                "install the package gpgv",
                FailureKind.Unavailable
            );

    private static async Task<DoctorLine> CosignAsync(CancellationToken cancellationToken)
    {
        string? output = await OutputAsync("cosign", "version", ProgramEnvironment.Cosign, cancellationToken);
        string? version = output
            ?.Split('\n')
            .FirstOrDefault(line => line.StartsWith("GitVersion:", StringComparison.Ordinal))
            ?["GitVersion:".Length..].Trim();
        return output is not null
            ? version is not null
                ? DoctorLine.Ok(Here, "cosign", version)
                : DoctorLine.Unknown(Here, "cosign", "its version is not known")
            : DoctorLine.Hint(Here, "cosign", "not found", "signing with a key needs none; install it to verify as users do");
    }

    private async Task<DoctorLine> EngineAsync(CancellationToken cancellationToken)
    {
        try
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Limit);
            using EngineClient engine = await EngineClient.ConnectAsync(
                new EngineAddresses(environment).Find(),
                time,
                _ => { },
                limit.Token
            );
            return DoctorLine.Ok(Here, "Docker Engine", $"{engine.Version} at {engine.Address}");
        }
        catch (Exception e) when (e is EngineException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return DoctorLine.Hint(
                Here,
                "Docker Engine",
                e is EngineException ? e.Message : "none responds in time",
                "no release needs one; start it to run images before they are published"
            );
        }
    }

    private static DoctorLine Space(string check, string folder)
    {
        string there = folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } parent)
            there = parent;
        try
        {
            long free = new DriveInfo(there).AvailableFreeSpace;
            string found = string.Create(CultureInfo.InvariantCulture, $"{free / 1e9:0.0} GB free in {folder}");
            return free >= SpaceNeeded
                ? DoctorLine.Ok(Here, check, found)
                : DoctorLine.Failed(
                    Here,
                    check,
                    found,
                    $"free space: 2 GB are enough; {new NextCommand("Cache") { Options = ["--prune"] }}, {new NextCommand("Clean")}",
                    FailureKind.Unavailable
                );
        }
        catch (IOException e)
        {
            return DoctorLine.Failed(Here, check, $"{folder}: {e.Message}", "check that the folder can be used", FailureKind.Unavailable);
        }
    }

    /// <summary>What a program says; null when there is none, or it fails or hangs.</summary>
    private static async Task<string?> OutputAsync(
        string program,
        string argument,
        ProgramEnvironment environment,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ChildProcess asked = new(program, argument)
            {
                Environment = environment,
                Remedy = $"install {program}",
                TimeLimit = Limit,
            };
            return (await asked.RunAsync(cancellationToken)).Require().Output;
        }
        catch (ProgramException)
        {
            return null;
        }
    }
}
