using System.Linq.Expressions;
using Nuke.Common.IO;
using Nuke.Common.Output;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>One run of a build class, from arguments to exit code.</summary>
internal sealed class BuildRun<T>(BuildEnvironment environment, IBuildConventions conventions)
    where T : NukeBuild, new()
{
    private readonly BuildLog _log = BuildLog.Of(conventions, environment);

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
            _log.Failure(_log.Words(exception), exception);
            return Failure.ExitCode(exception, conventions);
        }
        finally
        {
            BuildSession.Current = outer;
            conventions.Output.Flush();
            conventions.Log.Flush();
        }
    }

    private int Run(Expression<Func<T, Target>>[] defaults, CancellationToken cancellationToken)
    {
        if (environment.Arguments is [Completion.Command, ..])
            return Complete(environment.Arguments.Count > 1 ? environment.Arguments[1] : "");
        CommandLine typed = new(conventions.Spelt(Inquiry.Spelt(environment.Arguments)), environment.WorkingDirectory);
        ParameterSet parameters = ParameterSet.Of(typeof(T));
        typed.RequireKnown(parameters, conventions.Command);
        ParameterValues values = new(
            typed,
            new EnvironmentValues(environment.Variables, conventions.EnvironmentPrefix, environment.WorkingDirectory)
        );

        BuildSession session = BuildSession.Of(environment, Root(typed, values), cancellationToken);
        BuildSession.Current = session;
        T build = new();
        TargetNames names = new(TargetGraph.Of(build, defaults));
        if (values.Targets is [CompletionScript.Command, ..])
        {
            conventions.Output.Write(new CompletionScript(names.All, parameters, conventions).Of([.. values.Targets.Skip(1)]));
            return 0;
        }

        Inquiry inquiry = new(names, parameters, values, conventions, _log);
        ServerFiles servers = new(typeof(T), names, session, conventions, _log);
        if (
            inquiry.Version(typeof(T).Assembly)
            || inquiry.Help(build, session.RootDirectory)
            || inquiry.Plan(session.RootDirectory, environment.ShowPage)
            || servers.Generate(values.Get(KernelParameters.GenerateConfiguration) as string[])
        )
            return 0;

        values.ReadFiles(session.RootDirectory, parameters);
        _log.Hide(values.Secrets(parameters, build));
        session.Verbosity = values.Get(KernelParameters.Verbosity) as Verbosity? ?? Verbosity.Normal;
        values.Inject(build, parameters);
        build.OnBuildCreated();

        build.ExecutionPlan = names.Plan(values.Targets);
        Interview? interview =
            environment.Prompt is { } prompt && !session.IsServerBuild
                ? new Interview(prompt, _log, environment.WorkingDirectory, cancellationToken)
                : null;
        Prepare(
            build,
            names.Skipped(values.Get(KernelParameters.Skip) as string[]),
            new Requirements(build, parameters, conventions, interview)
        );
        if (values.Get(KernelParameters.NoLogo) is not true)
            _log.Logo(typeof(T).Assembly);
        servers.TellStale();
        BuildAttempt attempt = BuildAttempt.Begin(
            session,
            typed.Invocation(parameters),
            values.Get(KernelParameters.Continue) is true,
            _log
        );
        return Carry(build, attempt, () => BuildSchema.Keep(typeof(T), parameters, session, _log), cancellationToken);
    }

    /// <summary>A shell asks at every key, so nothing is made, read or said but what it needs; no root, no names.</summary>
    private int Complete(string line)
    {
        if (RootFolder.Find(environment) is { } root)
        {
            foreach (string word in Completion.In(root, typeof(T)).Of(line))
                conventions.Output.WriteLine(word);
        }

        return 0;
    }

    private AbsolutePath? Root(CommandLine typed, ParameterValues values) =>
        typed.Find(KernelParameters.Root) is { Values.Count: 0 } ? environment.WorkingDirectory
        : values.Get(KernelParameters.Root) is string root ? RootFolder.Named(root, environment)
        : null;

    private void Prepare(T build, IReadOnlyList<ExecutableTarget>? skipped, Requirements requirements)
    {
        if (build.ExecutionPlan.Count == 0)
            throw new BuildUsageException($"no target was named and the build has no default one; {conventions.Command} --help lists them");
        foreach (ExecutableTarget target in build.ExecutionPlan)
            target.Status = ExecutionStatus.Scheduled;
        build.OnBuildInitialized();
        SkipRules rules = new([.. build.ExecutionPlan]);
        rules.Apply(skipped);
        rules.ApplyStaticConditions();
        requirements.Check(build.ScheduledTargets);
    }

    private int Carry(T build, BuildAttempt attempt, Action keepSchema, CancellationToken cancellationToken)
    {
        new BuildExecutor(build, _log, environment, attempt).Run(cancellationToken);
        attempt.End(build.IsSucceeding);
        bool cancelled = build.IsFailing && cancellationToken.IsCancellationRequested;
        new Summary(build.ExecutionPlan, _log).Write(cancelled, environment.Time.GetLocalNow());
        keepSchema();
        build.OnBuildFinished();
        return build.ExitCode
            ?? (
                cancelled ? BuildCancellation.ExitCode
                : build.ExecutionPlan.FirstOrDefault(x => x.Failure is not null)?.Failure is { } failure
                    ? Failure.ExitCode(failure, conventions)
                : 0
            );
    }
}
