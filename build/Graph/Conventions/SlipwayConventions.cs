using Nuke.Common;
using Slipway.Graph;
using Slipway.Oci;
using Slipway.Views;

[assembly: BuildConventions(typeof(SlipwayConventions))]

namespace Slipway.Graph;

/// <summary>
/// Slipway's border: variables begin with <c>SLIPWAY_</c>, log lines go to standard error, exit codes are those of sysexits.
/// </summary>
public sealed class SlipwayConventions : IBuildConventions
{
    private readonly GivenFlags _given = new(Environment.GetCommandLineArgs()[1..]);

    public string EnvironmentPrefix => "SLIPWAY_";

    public string Command => NextCommand.Program;

    public TextWriter Log => Console.Error;

    public TextWriter Output => Console.Out;

    public int ExitCodeOf(Exception exception) => ExitCodes.Of(exception);

    /// <summary>
    /// What we expect to go wrong is told in its own words, and so is what the operating system says of files; the rest is a fault of ours,
    /// told in one line.
    /// </summary>
    public string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is OperationCanceledException)
            return "the time limit of --timeout has passed; finished work stays. Run the same command again, with a longer --timeout if "
                + "it needs one";
        return Oci.Printable.Line(
            IsFault(exception)
                ? $"a fault of Slipway's own: {Words(exception)}. Please report it; --verbosity verbose shows where it happened"
                : _given.Words(exception)
        );
    }

    public string Printable(string line) => Oci.Printable.Line(line);

    /// <summary>Our own exceptions say what others said with our secrets taken out where it came in.</summary>
    public bool IsOwn(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception.GetType().Namespace?.StartsWith(nameof(Slipway) + ".", StringComparison.Ordinal) == true;
    }

    public bool IsFault(Exception exception) =>
        !IsOwn(exception)
        && exception is not (IOException or UnauthorizedAccessException or BuildUsageException or OperationCanceledException);

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
