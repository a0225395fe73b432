using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Engine;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// Runs the commands of a contract in containers of one platform of an image and compares exit codes and output. The image is in the
/// Engine for that long only.
/// </summary>
/// <param name="engine">One that may run the platform.</param>
public sealed class SmokeTest(EngineClient engine)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan EmulatedTimeLimit = TimeSpan.FromMinutes(4);

    /// <summary>What a kernel says of a program of another machine that nothing is registered for (execve(2), ENOEXEC).</summary>
    private const string ForeignProgram = "exec format error";

    /// <param name="subject">What is tried.</param>
    /// <param name="layout">Where it is.</param>
    /// <exception cref="EngineException">The Engine is gone, or does not take the image.</exception>
    public async Task<PlatformSmoke> RunAsync(SmokeSubject subject, IContentReader layout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        Platform platform = subject.Image.Platform;
        bool native = platform.Architecture == engine.Version.Platform.Architecture && platform.Os == engine.Version.Platform.Os;
        PlatformSmoke smoke = new(subject.Name, platform, [], 0);
        ContractCommand[] commands =
        [
            .. subject.Commands.Where(command => command.Platforms.IsEmpty || command.Platforms.Contains(platform)),
        ];
        TimeSpan longest = (native ? TimeLimit : EmulatedTimeLimit) * (commands.Length + 1);
        await using TemporaryImage loaded = await engine.LoadPassingAsync(
            layout,
            subject.Image.Manifest with
            {
                Platform = platform,
            },
            longest,
            cancellationToken
        );
        foreach (ContractCommand command in commands)
        {
            if (!native && !command.WorksEmulated)
            {
                smoke = smoke with { LeftOut = smoke.LeftOut + 1 };
                continue;
            }

            KeptOutput output = new();
            string? problem = await TryAsync(SpecOf(command, loaded.Name, platform, native), command, subject, output, cancellationToken);
            if (problem is not null && !native && Says(problem + output.Output + output.Error, ForeignProgram))
                return smoke with { NotRun = $"the Engine at {engine.Address} cannot run {platform}" };
            smoke = smoke with
            {
                Commands = smoke.Commands + 1,
                Failures = problem is null ? smoke.Failures : smoke.Failures.Add($"{command}: {problem}"),
            };
        }

        return smoke;
    }

    private static ContainerSpec SpecOf(ContractCommand command, string image, Platform platform, bool native) =>
        new(image)
        {
            Platform = platform,
            Entrypoint = command.Command.IsEmpty ? [] : command.Command[..1],
            Command = command.Command.IsEmpty ? command.Arguments : command.Command[1..],
            Environment = command.Environment,
            Scratch = command.Scratch,
            Capabilities = command.Capabilities,
            Network = command.HasNetwork ? ContainerNetwork.Bridge : ContainerNetwork.None,
            TimeLimit = native ? TimeLimit : EmulatedTimeLimit,
        };

    /// <summary>What is wrong; null when nothing is.</summary>
    private async Task<string?> TryAsync(
        ContainerSpec spec,
        ContractCommand command,
        SmokeSubject subject,
        KeptOutput output,
        CancellationToken cancellationToken
    )
    {
        ContainerResult result;
        try
        {
            result = await engine.RunAsync(spec, output.Receive, cancellationToken);
        }
        catch (EngineException e) when (e is { IsResponse: true, Fault: not RemoteFault.TryAgain })
        {
            return e.Message;
        }

        if (result.IsTimedOut)
            return $"still running after {spec.TimeLimit.TotalSeconds:0} s";
        if (result.ExitCode != command.ExitCode)
            return $"exit code wanted {command.ExitCode}, "
                + $"got {result.ExitCode}{(result.ExitCode == 137 ? " (killed, perhaps for using too much memory)" : "")}: {LastLine(output)}";
        foreach ((string text, Regex expression) in command.Patterns(subject.Version, subject.Image.Platform.Architecture))
        {
            if (!expression.IsMatch(output.Output) && !expression.IsMatch(output.Error))
                return $"wanted '{text}' in its output, got: {LastLine(output)}";
        }

        return null;
    }

    private static bool Says(string text, string wanted) => text.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    private static string LastLine(KeptOutput output)
    {
        string said = output.Error.Trim().Length > 0 ? output.Error : output.Output;
        return said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() is { } line
            ? Printable.Of(line)
            : "nothing";
    }
}

/// <summary>What is tried: one platform of an image by the commands of its contract.</summary>
/// <param name="Name">The image's name.</param>
/// <param name="Version">The image's version, for the patterns.</param>
/// <param name="Image">The platform.</param>
/// <param name="Commands">Those for other platforms are left out.</param>
public sealed record SmokeSubject(string Name, string Version, AssembledPlatform Image, ImmutableArray<ContractCommand> Commands);

/// <summary>How one platform of an image did.</summary>
/// <param name="Failures">What is wrong, one line for each command.</param>
/// <param name="Commands">How many were run.</param>
public sealed record PlatformSmoke(string Name, Platform Platform, ImmutableArray<string> Failures, int Commands)
{
    /// <summary>How many were not, since they work on the platform's own machine alone.</summary>
    public int LeftOut { get; init; }

    /// <summary>Why it could not be tried; null when it was.</summary>
    public string? NotRun { get; init; }

    public bool Passed => NotRun is null && Failures.IsEmpty;
}
