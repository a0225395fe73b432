using System.Text;
using Nuke.Common.Execution;
using Nuke.Common.Parameters;

namespace Nuke.Common.Output;

/// <summary>
/// What <c>completion SHELL</c> prints: a shell's own script that completes targets, their parameters and values. It has all words in it,
/// so that a key press starts nothing, least of all a program of whatever checkout somebody stands in.
/// </summary>
internal sealed class CompletionScript(IReadOnlyList<ExecutableTarget> targets, ParameterSet parameters, IBuildConventions conventions)
{
    public const string Command = "completion";

    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>Words beside targets that may begin a command line.</summary>
    private static readonly string[] Words = ["help", "version", Command];

    private string Program => Path.GetFileName(conventions.Command);

    /// <exception cref="BuildUsageException">There is no such shell.</exception>
    public string Of(IReadOnlyList<string> arguments)
    {
        if (arguments is not [var shell] || !Shells.Contains(shell, StringComparer.Ordinal))
            throw new BuildUsageException(
                $"{Command} wants the name of a shell: {conventions.Command} {Command} {string.Join('|', Shells)}"
            );
        string listed = string.Join(' ', targets.Where(x => x.Listed).Select(x => x.Name).Concat(Words));
        return Template(shell)
            .Replace("@names@", Rows(shell, Names()), StringComparison.Ordinal)
            .Replace("@values@", Rows(shell, Values()), StringComparison.Ordinal)
            .Replace("@targets@", listed, StringComparison.Ordinal)
            .Replace("@commands@", $"'{Program}', '{Path.ChangeExtension(Program, ".ps1")}'", StringComparison.Ordinal)
            .Replace("@command@", Program, StringComparison.Ordinal)
            .Replace("@id@", string.Concat(Program.Select(x => char.IsAsciiLetterOrDigit(x) ? x : '_')), StringComparison.Ordinal);
    }

    private static string Template(string shell)
    {
        using Stream stream = typeof(CompletionScript).Assembly.GetManifestResourceStream($"completion.{shell}")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>The names of parameters for each target; for the empty name all.</summary>
    private IEnumerable<(string Key, string Text)> Names()
    {
        foreach (ExecutableTarget target in targets.Where(x => x.Listed))
        {
            PlanParameters read = new(ExecutionPlan.Of(targets, [target]), parameters);
            yield return (
                target.Name,
                string.Join(' ', parameters.All.Where(x => x.IsListed && (x.Member is null || read.IsRead(x))).Select(x => x.Flag))
            );
        }

        yield return ("", string.Join(' ', parameters.All.Where(x => x.IsListed).Select(x => x.Flag)));
    }

    /// <summary>What may follow a parameter: words, or a colon and where to look.</summary>
    private IEnumerable<(string Key, string Text)> Values() =>
        parameters
            .All.Where(x => x.IsListed)
            .Select(x =>
                (
                    x.Flag,
                    conventions.ValuesOf(x.Name)
                        ?? (
                            x.IsSwitch ? ":nothing"
                            : x.IsPath ? ":files"
                            : x.Name == KernelParameters.Skip.Name
                                ? string.Join(' ', targets.Where(one => one.Listed).Select(one => one.Name))
                            : x.Allowed.Count > 0 ? string.Join(' ', x.Allowed).ToLowerInvariant()
                            : ":nothing"
                        )
                )
            );

    private static string Rows(string shell, IEnumerable<(string Key, string Text)> rows) =>
        string.Join(
            '\n',
            rows.Select(row =>
                shell switch
                {
                    "fish" => $"        case '{row.Key.ToLowerInvariant()}'\n            echo '{row.Text}'",
                    "pwsh" => $"    '{row.Key}' = '{row.Text}'",
                    _ => $"    '{row.Key.ToLowerInvariant()}') echo '{row.Text}' ;;",
                }
            )
        );
}
