using Nuke.Common;
using Slipway.Engine;
using Slipway.Graph;
using Slipway.Trust;

[assembly: BuildConventions(typeof(SlipwayConventions))]

namespace Slipway.Graph;

/// <summary>Slipway's border: variables begin with <c>SLIPWAY_</c>, log lines go to standard error, exit codes are those of sysexits.</summary>
public sealed class SlipwayConventions : IBuildConventions
{
    public string EnvironmentPrefix => "SLIPWAY_";

    public string Command => "./build.sh";

    public TextWriter Log => Console.Error;

    public TextWriter Output => Console.Out;

    public int ExitCodeOf(Exception exception) => (int)ExitCodes.Of(exception);

    /// <summary>What we expect to go wrong is told in its own words; the rest is a fault of ours and comes with its trace.</summary>
    public string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is OperationCanceledException)
            return "the time that --timeout gives it is over; what was done stays. Run the same command again, with a longer --timeout if it needs one";
        return ExitCodes.Of(exception) == Exit.Failed && exception is not (IOException or UnauthorizedAccessException or TargetFailedException or CosignException or EngineException)
            ? exception.ToString()
            : exception.Message;
    }
}
