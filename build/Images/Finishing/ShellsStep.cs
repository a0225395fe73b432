using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// <c>/etc/shells</c> as debianutils' update-shells makes it the first time: its template, then what the packages of the
/// layer register below <c>shells.d</c>, each also under the path that links lead to.
/// </summary>
internal sealed class ShellsStep : IFinishingStep
{
    private const string Template = "usr/share/debianutils/shells";

    public string Name => FinishingStepName.Shells;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        List<string> lines = [.. layer.Lines(Template, Name)];
        HashSet<string> listed = [.. lines.Select(Shell)];
        string[] registered =
        [
            Template,
            .. layer.Below(Template + ".d/").Where(entry => entry.Kind == LayerEntryKind.File).Select(entry => entry.Path),
        ];
        foreach (string shell in registered.SelectMany(path => layer.Lines(path, Name)).Select(Shell).Where(shell => shell.Length > 0))
        {
            if (!shell.StartsWith('/'))
                throw new ContentException($"finishing step {Name}: wanted the absolute path of a shell, got '{shell}'");
            lines.AddRange(((string[])[shell, "/" + MergedUsr.Resolve(shell[1..])]).Where(listed.Add));
        }

        return
        [
            LayerEntry.File(
                "etc/shells",
                Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))),
                ContentOwner.OfStep(Name)
            ),
        ];
    }

    /// <summary>A line without its comment.</summary>
    private static string Shell(string line) => line.Split('#')[0];
}
