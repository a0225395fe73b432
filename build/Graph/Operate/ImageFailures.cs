using System.Runtime.ExceptionServices;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Failures of single images, kept until the others had their turn.</summary>
internal sealed class ImageFailures(Report report)
{
    private readonly SlipwayConventions _conventions = new();
    private readonly List<(string Image, Exception Reason)> _all = [];

    /// <summary>Does something for an image. That it failed is told, why it did is thrown in the end; a stopped run stops here.</summary>
    public async Task CollectAsync(string image, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            report.Line($"{image} failed");
            _all.Add((image, e));
        }
    }

    /// <summary>Throws the only failure as it was, or one that names all, each of which is told before.</summary>
    public void Require()
    {
        if (_all is [var only])
            ExceptionDispatchInfo.Throw(only.Reason);
        foreach ((string image, Exception reason) in _all)
            report.Line($"{image}: {_conventions.Describe(reason)}");
        if (_all.Count > 1)
            throw new WorkflowException(
                $"{string.Join(" and ", _all.Select(one => one.Image))} failed; the lines above say why",
                FailureKinds.MostSevere(_all.Select(one => one.Reason))
            );
    }
}
