using Nuke.Common;
using Slipway.Authoring;
using Slipway.Definitions;
using Slipway.Reporting;

namespace Slipway.Graph;

/// <summary>Whether what people wrote can be used.</summary>
internal sealed partial class Build
{
    [Category("Build")]
    [Example("Check", "all images, in less than a second")]
    [Example("Check --images kubelet", "one image")]
    private Target Check =>
        _ =>
            _.Description("Judge definitions, contracts and policies; nothing is built, no network is needed")
                .Before(Lock, Fetch, Assemble, Rehearse)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    IReadOnlyList<string> images = await ImagesAsync();
                    CheckedDefinitions found = await new CheckWorkflow(Workspace).RunAsync(images, Stop);
                    foreach (string note in found.Notes)
                        report.Line($"note: {note}");
                    if (found.Mistakes is [var only])
                        throw only;
                    foreach (DefinitionException mistake in found.Mistakes)
                        report.Line(mistake.Message);
                    if (!found.Mistakes.IsEmpty)
                        throw new DefinitionException(
                            $"{found.Mistakes.Length} files below images/ cannot be used; the lines above say why"
                        );
                    report.Line($"{string.Join(" and ", images)}: every file can be used");
                });
}
