using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>What an exception means to the run, wrapping taken off.</summary>
internal static class Failure
{
    /// <summary>Takes off what only says that code was called by reflection, in a type initialiser or in a task.</summary>
    public static Exception Unwrap(Exception exception) =>
        exception switch
        {
            TargetInvocationException or TypeInitializationException when exception.InnerException is { } inner => Unwrap(inner),
            AggregateException many when many.Flatten().InnerExceptions is [{ } only] => Unwrap(only),
            AggregateException many => many.Flatten(),
            _ => exception,
        };

    public static int ExitCode(Exception exception, IBuildConventions conventions) =>
        exception switch
        {
            BuildUsageException => BuildUsageException.ExitCode,
            AggregateException many => ExitCode(Unwrap(FirstCause(many)), conventions),
            _ => conventions.ExitCodeOf(exception),
        };

    /// <summary>Several failures at once are described one per line.</summary>
    /// <param name="starred">Takes secrets out of what is not the program's own words.</param>
    public static string Describe(Exception exception, IBuildConventions conventions, Func<string, string> starred) =>
        exception switch
        {
            // One line of ours, which may quote what was typed.
            BuildUsageException => conventions.Printable(exception.Message),
            AggregateException many => string.Join('\n', many.InnerExceptions.Select(x => Describe(Unwrap(x), conventions, starred))),
            _ when conventions.IsOwn(exception) => conventions.Describe(exception),
            _ => starred(conventions.Describe(exception)),
        };

    public static bool IsCancellation(Exception exception) =>
        exception is OperationCanceledException
        || (exception is AggregateException many && many.InnerExceptions.Any(x => IsCancellation(Unwrap(x))));

    private static Exception FirstCause(AggregateException many) =>
        many.InnerExceptions.FirstOrDefault(x => !IsCancellation(x)) ?? many.InnerExceptions[0];
}
