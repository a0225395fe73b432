using Slipway.Oci;

namespace Slipway.Reporting;

/// <summary>
/// A failure in one line: what we expect to go wrong in its own words, and so what the operating system says of files; the rest is a fault
/// of ours.
/// </summary>
public static class FailureText
{
    /// <summary>Our own exceptions say what others said with our secrets taken out where it came in.</summary>
    public static bool IsOwn(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetType().Namespace?.StartsWith(nameof(Slipway) + ".", StringComparison.Ordinal) == true;
    }

    /// <summary>Whether it is nothing that we or the operating system tell.</summary>
    public static bool IsFault(Exception exception) =>
        !IsOwn(exception) && exception is not (IOException or UnauthorizedAccessException or OperationCanceledException);

    /// <summary>A fault of ours, printable.</summary>
    /// <param name="program">Whose.</param>
    /// <param name="next">What to do then, a sentence.</param>
    public static string OfFault(Exception exception, string program, string next) =>
        Printable.Line($"a fault of {program}'s own: {Words(exception)}. {next}");

    /// <summary>.NET's names and sentences mean nothing to a reader, and may quote anything.</summary>
    private static string Words(Exception exception) =>
        exception switch
        {
            OutOfMemoryException => "it ran out of memory",
            NullReferenceException
            or KeyNotFoundException
            or InvalidOperationException
            or ArgumentException
            or IndexOutOfRangeException
            or FormatException
            or OverflowException
            or InvalidCastException => "it found an unexpected value",
            TimeoutException => "an internal wait timed out",
            _ => "it failed unexpectedly",
        };
}
