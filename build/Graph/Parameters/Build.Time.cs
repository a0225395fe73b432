using Nuke.Common;
using Slipway.Http;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>How long things may take.</summary>
internal sealed partial class Build
{
    [Parameter("Time limit of a target, as 90s, 30m or 1h30m; default: none", Name = "Timeout")]
    private readonly string? TimeLimit;

    [Parameter("Time limit of one request with its tries, without the time for its bytes, as 90s or 10m; default: 5m")]
    private readonly string? RequestTimeout;

    [Parameter("Bytes per second that a download or an upload must move over each minute; default: 1024")]
    private readonly int? MinimumRate;

    private CancellationToken _stop;

    /// <summary>Cancelled when the run is stopped, and when the running target's time is over.</summary>
    private CancellationToken Stop => TimeLimit is null ? BuildCancellation.Token : _stop;

    /// <summary>How patient every client of ours is.</summary>
    private RetryPolicy ClientRetryPolicy
    {
        get
        {
            RetryPolicy usual = new();
            TimeSpan whole = RequestTimeout is null
                ? usual.WholeExchange
                : ParseArgument(() => TargetTime.Parse("--request-timeout", RequestTimeout));
            return MinimumRate is null or > 0
                ? usual with
                {
                    Exchange = whole,
                    ResponseTimeLimit = whole < usual.ResponseTimeLimit ? whole : usual.ResponseTimeLimit,
                    RateWindow = whole < usual.RateWindow ? whole : usual.RateWindow,
                    LeastRate = MinimumRate ?? usual.LeastRate,
                }
                : throw new WorkflowException(
                    $"--minimum-rate {MinimumRate}: wanted a number of bytes per second, 1 or more",
                    FailureKind.WrongUse
                );
        }
    }

    protected override void OnTargetRunning(string target)
    {
        TakeArtifacts();
        _begun.Add((target, TimeProvider.System.GetTimestamp()));
        _stop = TimeLimit is null
            ? BuildCancellation.Token
            : LimitOf(target, ParseArgument(() => TargetTime.Parse("--timeout", TimeLimit)), TimeLimit);
    }

    /// <summary>What has begun sees its token cancelled and ends as it does at Ctrl-C; the exit code is that of trying again.</summary>
    private static CancellationToken LimitOf(string target, TimeSpan time, string asked)
    {
        CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(BuildCancellation.Token);
        CancellationToken token = limit.Token;
        token.Register(() =>
        {
            if (!BuildCancellation.Token.IsCancellationRequested)
                Reporting.Report.ToConsole().Line($"{target}: the {asked} of --timeout have passed; it stops");
        });
        limit.CancelAfter(time);
        return token;
    }
}
