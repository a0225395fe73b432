using Nuke.Common.CI;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>
/// The CI servers' files that attributes of the build class describe: written when asked for, and told when they are stale.
/// </summary>
internal sealed class ServerFiles(Type build, TargetNames names, BuildSession session, IBuildConventions conventions, BuildLog log)
{
    /// <summary>Writes the named ones, or all. True when that was asked for.</summary>
    /// <param name="ids">Null when it was not.</param>
    /// <exception cref="BuildUsageException">No attribute has the name.</exception>
    public bool Generate(string[]? ids)
    {
        if (ids is null)
            return false;
        ConfigurationFiles files = Files();
        foreach (IConfigurationGenerator generator in ids.Length == 0 ? files.Generators : ids.Select(id => Find(files, id)))
            log.Line($"{generator.ConfigurationFile} {(files.Write(generator) ? "is written" : "is as it would be generated")}");
        return true;
    }

    /// <summary>
    /// Where people change the build, a file that no longer fits it is told; elsewhere, and where one cannot be generated, nothing is.
    /// </summary>
    public void TellStale()
    {
        if (session.IsServerBuild || !BuildSchema.HoldsSource(session))
            return;
        try
        {
            foreach (IConfigurationGenerator stale in Files().Stale())
                log.Warning(
                    $"{stale.ConfigurationFile} is not what the build class says. Run {conventions.Command} "
                        + $"--{ConfigurationFiles.ParameterName} {stale.Id}"
                );
        }
#pragma warning disable CA1031 // What is wrong with the build's own files is told by the targets that need them.
        catch (Exception)
#pragma warning restore CA1031
        { }
    }

    private ConfigurationFiles Files() =>
        new(
            build,
            new ConfigurationContext
            {
                RootDirectory = session.RootDirectory.ToString(),
                Command = conventions.Command,
                Targets = [.. names.All.Select(target => target.Name)],
                ArtifactProducts = name =>
                    ExecutionPlan.Of(names.All, [.. names.All.Where(target => target.Name == name)]).SelectMany(x => x.ArtifactProducts),
            }
        );

    private static IConfigurationGenerator Find(ConfigurationFiles files, string id) =>
        files.Generators.FirstOrDefault(x => x.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
        ?? throw new BuildUsageException(
            $"--{ConfigurationFiles.ParameterName} {id}: unknown; there are: {string.Join(", ", files.Generators.Select(x => x.Id))}"
        );
}
