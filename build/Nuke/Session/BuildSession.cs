using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>
/// What NUKE's static members answer from. One per run, ambient in its execution context, so that two runs in one process (tests) do not
/// meet and nothing outlives a run.
/// </summary>
internal sealed class BuildSession
{
    private static readonly AsyncLocal<BuildSession?> Ambient = new();

    public static BuildSession? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>The run's session, or, where a thread lost its context or no run was started, what the process itself says.</summary>
    public static BuildSession CurrentOrProcess => Current ?? OfProcess();

    public required AbsolutePath RootDirectory { get; init; }
    public required AbsolutePath AssemblyDirectory { get; init; }
    public required bool IsServerBuild { get; init; }
    public CancellationToken Cancellation { get; init; }
    public Verbosity Verbosity { get; set; } = Verbosity.Normal;

    private static BuildSession OfProcess()
    {
        BuildEnvironment environment = BuildEnvironment.OfProcess();
        return Of(environment, root: null, CancellationToken.None);
    }

    public static BuildSession Of(BuildEnvironment environment, AbsolutePath? root, CancellationToken cancellationToken) =>
        new()
        {
            RootDirectory = root ?? RootFolder.Above(environment),
            AssemblyDirectory = environment.AssemblyDirectory,
            IsServerBuild = environment.IsServer,
            Cancellation = cancellationToken,
        };
}
