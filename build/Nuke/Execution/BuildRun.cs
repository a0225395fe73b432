using System.Linq.Expressions;
using Nuke.Common.IO;
using Nuke.Common.Output;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>One run of a build class, from arguments to exit code.</summary>
internal sealed class BuildRun<T>(BuildEnvironment environment, IBuildConventions conventions)
    where T : NukeBuild, new()
{
    private readonly BuildLog log = BuildLog.To(conventions.Log, environment);

    /// <summary>Never throws but for what no program can go on after.</summary>
    public int Execute(params Expression<Func<T, Target>>[] defaults)
    {
        BuildSession? outer = BuildSession.Current;
        using Interruption interruption = new(environment);
        try
        {
            return Run(defaults, interruption.Token);
        }
#pragma warning disable CA1031 // The border of the program: everything becomes words and an exit code.
        catch (Exception thrown)
#pragma warning restore CA1031
        {
            Exception exception = Failure.Unwrap(thrown);
            if (interruption.Token.IsCancellationRequested && Failure.IsCancellation(exception))
                return BuildCancellation.ExitCode;
            log.Failure(BuildLog.Words(exception, conventions));
            return Failure.ExitCode(exception, conventions);
        }
        finally
        {
            BuildSession.Current = outer;
            conventions.Output.Flush();
            conventions.Log.Flush();
        }
    }

    private int Run(Expression<Func<T, Target>>[] defaults, CancellationToken cancellation)
    {
        CommandLine typed = new(environment.Arguments, environment.WorkingDirectory);
        ParameterSet parameters = ParameterSet.Of(typeof(T));
        typed.RequireKnown(parameters, conventions.Command);
        ParameterValues values = new(typed, new EnvironmentValues(environment.Variables, conventions.EnvironmentPrefix, environment.WorkingDirectory));

        BuildSession session = BuildSession.Of(environment, Root(typed, values), cancellation);
        BuildSession.Current = session;
        T build = new();
        IReadOnlyList<ExecutableTarget> targets = TargetGraph.Of(build, defaults);
        if (values.Get(KernelParameters.Help) is true)
        {
            conventions.Output.Write(new HelpText(targets, parameters, conventions).Of(build, session.RootDirectory));
            return 0;
        }

        values.ReadFiles(session.RootDirectory, parameters);
        log.Hide(values.Secrets(parameters));
        session.Verbosity = values.Get(KernelParameters.Verbosity) as Verbosity? ?? Verbosity.Normal;
        values.Inject(build, parameters);
        build.OnBuildCreated();

        TargetNames names = new(targets);
        names.Invoke([.. values.Positional, .. values.Get(KernelParameters.Target) as string[] ?? []]);
        build.ExecutionPlan = ExecutionPlan.Of(targets, [.. targets.Where(x => x.Invoked)]);
        Prepare(build, names.Skipped(values.Get(KernelParameters.Skip) as string[]), parameters);
        if (values.Get(KernelParameters.NoLogo) is not true)
            log.Logo(typeof(T).Assembly);
        return Carry(build, () => BuildSchema.Keep(typeof(T), parameters, session, log), cancellation);
    }

    private AbsolutePath? Root(CommandLine typed, ParameterValues values) =>
        typed.Find(KernelParameters.Root) is { Values.Count: 0 } ? environment.WorkingDirectory
        : values.Get(KernelParameters.Root) is string root ? RootFolder.Named(root, environment)
        : null;

    private void Prepare(T build, IReadOnlyList<ExecutableTarget>? skipped, ParameterSet parameters)
    {
        if (build.ExecutionPlan.Count == 0)
            throw new BuildUsageException($"no target was named and the build has no default one; {conventions.Command} --help lists them all");
        foreach (ExecutableTarget target in build.ExecutionPlan)
            target.Status = ExecutionStatus.Scheduled;
        build.OnBuildInitialized();
        SkipRules rules = new([.. build.ExecutionPlan]);
        rules.Apply(skipped);
        rules.ApplyStaticConditions();
        new Requirements(build, parameters, conventions).Check(build.ScheduledTargets);
    }

    private int Carry(T build, Action keepSchema, CancellationToken cancellation)
    {
        new BuildExecutor(build, log, conventions, environment).Run(cancellation);
        bool cancelled = build.IsFailing && cancellation.IsCancellationRequested;
        new Summary(build.ExecutionPlan, log, conventions).Write(cancelled, environment.Time.GetLocalNow());
        keepSchema();
        build.OnBuildFinished();
        return build.ExitCode
            ?? (cancelled ? BuildCancellation.ExitCode
            : build.ExecutionPlan.FirstOrDefault(x => x.Failure is not null)?.Failure is { } failure ? Failure.ExitCode(failure, conventions)
            : 0);
    }
}
