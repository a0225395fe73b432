using System.Runtime.ExceptionServices;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>One thing that can be known before any work.</summary>
/// <param name="Place">What is looked at: a repository, an image, this checkout.</param>
/// <param name="Name">What about it.</param>
/// <param name="Look">What was found; a failure is thrown.</param>
internal sealed record PreflightCheck(string Place, string Name, Func<CancellationToken, Task<IReadOnlyList<DoctorLine>>> Look)
{
    public static PreflightCheck Of(string place, string name, Func<CancellationToken, Task<DoctorLine>> look) =>
        new(place, name, async cancellationToken => [await look(cancellationToken)]);
}

/// <summary>
/// What stands in the way, looked for before anything is fetched, built or sent: the checks are data, <c>Doctor</c> shows what they find
/// and <c>Sign</c>, <c>Publish</c> and <c>Release</c> begin with those of them that they need.
/// </summary>
/// <param name="checks">In the order of telling; they are made side by side.</param>
internal sealed class Preflight(IReadOnlyList<PreflightCheck> checks)
{
    /// <summary>What all checks found, failures among it.</summary>
    public async Task<IReadOnlyList<DoctorLine>> LookAsync(CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(checks.Select(check => LookAsync(check, cancellationToken)))).SelectMany(lines => lines)];

    /// <summary>Tells of every failure and ends with the first of them, in its own words and with its own code.</summary>
    public async Task RequireAsync(Action<string> log, CancellationToken cancellationToken)
    {
        DoctorLine[] failed = [.. (await LookAsync(cancellationToken)).Where(line => line.Verdict == Verdict.Failed)];
        if (failed is not [var first, .. var others])
            return;
        foreach (DoctorLine other in others)
            log($"also: {other.Place}: {other.Check}: {other.Failure?.Message ?? other.Found}");
        if (first.Failure is not null)
            ExceptionDispatchInfo.Throw(first.Failure);
        throw new WorkflowException($"{first.Place}: {first.Check}: {first.Found}. {first.Next}", first.Kind);
    }

    private static async Task<IReadOnlyList<DoctorLine>> LookAsync(PreflightCheck check, CancellationToken cancellationToken)
    {
        try
        {
            return await check.Look(cancellationToken);
        }
        catch (Exception e)
            when (e
                    is RemoteException
                        or ContentException
                        or ReleaseException
                        or SigningKeyException
                        or CosignException
                        or CertificateException
                        or DefinitionException
                        or ProgramException
                        or WorkflowException
                        or IOException
                        or UnauthorizedAccessException
            )
        {
            return [DoctorLine.Failed(check.Place, check.Name, e)];
        }
    }
}
