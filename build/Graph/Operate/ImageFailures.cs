using System.Runtime.ExceptionServices;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>ImageFailures of single images, kept until the others had their turn.</summary>
internal sealed class ImageFailures(Report report)
{
    private readonly SlipwayConventions _conventions = new();
    private readonly List<(string Image, Exception Reason)> _all = [];
    private readonly List<string> _faults = [];

    /// <summary>Does something for an image. What fails it is told, and thrown in the end; a stopped run stops here.</summary>
    public async Task CollectAsync(string image, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (_conventions.IsFault(e))
                _faults.Add(image);
            else
                report.Line($"{image}: {e.Message}");
            _all.Add((image, e));
        }
    }

    /// <summary>Throws the only failure as it was, or one that names all.</summary>
    public void Require()
    {
        if (_all is [var only])
            ExceptionDispatchInfo.Throw(only.Reason);
        // One alone is told where it is thrown to.
        foreach ((string image, Exception fault) in _all.Where(one => _faults.Contains(one.Image)))
            report.Line($"{image}: {_conventions.Describe(fault)}");
        if (_all.Count > 1)
            throw new WorkflowException(
                $"{string.Join(" and ", _all.Select(one => one.Image))} failed; the lines above say why",
                FailureKinds.MostSevere(_all.Select(one => one.Reason))
            );
    }
}
