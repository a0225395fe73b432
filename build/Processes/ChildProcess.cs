namespace Slipway.Processes;

/// <summary>
/// A program to be run to its end, and all that it gets: arguments as a list that no shell reads, variables by name, standard input closed
/// unless there is something to say. The one way in which a program is started here; decisions/0030 says what it stands on. Immutable.
/// </summary>
/// <param name="Program">A path, or a name that is looked for along PATH and nowhere else: not in the working directory.</param>
/// <param name="Arguments">As the program gets them.</param>
public sealed record ChildProcess(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Which variables of this process it may have.</summary>
    public required ProgramEnvironment Environment { get; init; }

    /// <summary>What to do where the program is missing, as it stands in a sentence: <c>install the package gpgv</c>.</summary>
    public required string Remedy { get; init; }

    /// <summary>How long it may take; <see cref="Timeout.InfiniteTimeSpan"/> for as long as whoever waits for it lets it.</summary>
    public required TimeSpan TimeLimit { get; init; }

    /// <summary>Variables that it gets in any case; a value of null takes one away.</summary>
    public IReadOnlyList<(string Name, string? Value)> Variables { get; init; } = [];

    /// <summary>A folder that is there; empty for the one of this process.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>What it reads from standard input, as UTF-8, before the end; null for nothing. It need not read it.</summary>
    public string? Input { get; init; }

    /// <summary>How much of standard output there may be.</summary>
    public OutputLimit Output { get; init; } = OutputLimit.Refuse(1024 * 1024);

    /// <summary>How much of standard error there may be.</summary>
    public OutputLimit Errors { get; init; } = OutputLimit.KeepEnds(64 * 1024);

    /// <summary>Takes secrets out of what it says on standard error; standard output is data, and stays as it is.</summary>
    public Func<string, string> Redact { get; init; } = said => said;

    /// <summary>How long it may tidy up, with all that it started, between SIGTERM and SIGKILL.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of <see cref="TimeLimit"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Runs it to its end, whatever its exit code. A program that ended by itself before it could be stopped has its result. Descendants
    /// that hold its output open delay the end by a second, and live on; one that is stopped takes all its descendants with it.
    /// </summary>
    /// <exception cref="ToolMissingException">There is no such program, or it cannot be started.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such working directory.</exception>
    /// <exception cref="ProgramException">It took too long or said too much, and was ended.</exception>
    /// <exception cref="OperationCanceledException">It was ended because nobody waits for it any more.</exception>
    public Task<ProcessResult> RunAsync(CancellationToken cancellationToken) => RunAsync(null, cancellationToken);

    /// <summary>
    /// As <see cref="RunAsync(CancellationToken)"/>, with standard output written to a stream as it comes, whose failures are thrown.
    /// </summary>
    /// <param name="output">Stays open; <see cref="Output"/> refuses, and is how much may be written to it.</param>
    public async Task<ProcessResult> RunAsync(Stream? output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Arguments.Any(argument => argument.Contains('\0', StringComparison.Ordinal)))
            throw new ArgumentException($"an argument of {Program} holds a NUL, behind which nothing would reach it");
        using ProcessRun run = new(this, output);
        return await run.ToEndAsync(cancellationToken);
    }
}
