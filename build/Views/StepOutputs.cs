using Nuke.Common.CI;
using Slipway.Release;

namespace Slipway.Views;

/// <summary>
/// What later steps of a CI job may use of a published image: <c>NAME-digest</c>, <c>NAME-reference</c> (by digest) and <c>NAME-tags</c>,
/// one a line; where the run is of one image, the same without its name.
/// </summary>
internal sealed class StepOutputs(StepFiles files)
{
    public static StepOutputs OfProcess() =>
        new(new StepFiles(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null));

    /// <exception cref="IOException">The file of the outputs cannot be written.</exception>
    public void Set(IReadOnlyList<ReleaseRecord> published)
    {
        foreach (ReleaseRecord record in published)
        {
            Set($"{record.Plan.Image}-", record);
            if (published.Count == 1)
                Set("", record);
        }
    }

    private void Set(string prefix, ReleaseRecord record)
    {
        files.SetOutput(prefix + "digest", record.Plan.Index.Digest.ToString());
        files.SetOutput(prefix + "reference", record.Reference.ToString());
        files.SetOutput(prefix + "tags", string.Join('\n', record.Plan.Tags.Select(tag => tag.Name)));
    }
}
