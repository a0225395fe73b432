using System.Reflection;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>The runs that only tell: <c>--help</c>, <c>--version</c> and <c>--plan</c>. Nothing they write holds a secret.</summary>
internal sealed class Inquiry(
    TargetNames names,
    ParameterSet parameters,
    ParameterValues values,
    IBuildConventions conventions,
    BuildLog log
)
{
    public const string PageName = "execution-plan.html";

    /// <summary>Whoever asks in words, <c>help [TARGET ...]</c> or <c>version</c>, means the parameters of these names.</summary>
    public static IReadOnlyList<string> Spelt(IReadOnlyList<string> arguments) =>
        arguments is ["version"] ? [KernelParameters.Version.Flag]
        : arguments is ["help", ..] ? [.. arguments.Skip(1), KernelParameters.Help.Flag]
        : arguments;

    /// <summary>True when the version was asked for.</summary>
    public bool Version(Assembly build)
    {
        if (values.Get(KernelParameters.Version) is not true)
            return false;
        conventions.Output.WriteLine(BuildLog.VersionOf(build));
        return true;
    }

    /// <summary>Of the whole build, or, when targets are named, of these. True when help was asked for.</summary>
    /// <param name="build">As made, before values were given: its members are the defaults.</param>
    /// <param name="root">Paths below it are shown relative to it.</param>
    public bool Help(object build, AbsolutePath root)
    {
        bool isWhole = values.Get(KernelParameters.Whole) is true;
        if (values.Get(KernelParameters.Help) is not true)
            return isWhole ? throw new BuildUsageException($"--all goes with --help alone: {conventions.Command} --help --all") : false;
        log.Hide(values.Secrets(parameters, build));
        if (values.Targets.Count == 0)
        {
            conventions.Output.Write(
                isWhole
                    ? new HelpText(names.All, parameters, conventions).Of(build, root)
                    : new HelpOverview(names.All, conventions).ToString()
            );
            return true;
        }

        IReadOnlyList<ExecutableTarget> plan = names.Plan(values.Targets);
        values.ReadFiles(root, parameters);
        conventions.Output.Write(new TargetHelp(plan, parameters, values, conventions, log.Starred).Of(build, root));
        return true;
    }

    /// <summary>
    /// Shows the page of the graph, or prints the graph when the page would not be seen. True when the plan was asked for.
    /// </summary>
    public bool Plan(AbsolutePath root, Func<AbsolutePath, bool> show)
    {
        if (values.Get(KernelParameters.Plan) is not true)
            return false;
        IReadOnlyList<ExecutableTarget> plan = names.Plan(values.Targets);
        string command = string.Join(' ', [conventions.Command, .. plan.Where(x => x.Invoked).Select(x => x.Name)]);
        AbsolutePath page = root / RootFolder.Mark / "temp" / PageName;
        bool isShown = Write(page, new PlanPage(names.All, plan, command).ToString()) && show(page);
        if (isShown)
            log.Line($"{page} is open in the browser");
        else
            conventions.Output.Write(new PlanText(names.All, plan, command).ToString());
        return true;
    }

    private bool Write(AbsolutePath page, string text)
    {
        try
        {
            page.Parent!.CreateDirectory();
            File.WriteAllText(page.ToString(), text);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning($"{page} cannot be written: {e.Message}");
            return false;
        }
    }
}
