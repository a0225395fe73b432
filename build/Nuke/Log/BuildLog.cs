using System.Reflection;
using System.Text.RegularExpressions;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>
/// The kernel's own lines on the log, as many as the verbosity allows, each as <see cref="IBuildConventions.Printable"/> gives it. Secrets
/// that it was told of are starred out of what others may have said.
/// </summary>
internal sealed class BuildLog
{
    private const int BannerWidth = 80;
    private const int LongSecret = 8;
    private IReadOnlyList<string> _secrets = [];

    private readonly IBuildConventions _conventions;

    private BuildLog(IBuildConventions conventions, bool isTerminal, bool isColoured) =>
        (_conventions, IsTerminal, IsColoured) = (conventions, isTerminal, isColoured);

    public TextWriter Writer => _conventions.Log;
    public bool IsTerminal { get; }
    public bool IsColoured { get; }

    /// <summary>Coloured on a terminal, unless NO_COLOR is set or the terminal is dumb (no-color.org).</summary>
    public static BuildLog Of(IBuildConventions conventions, BuildEnvironment environment)
    {
        TextWriter writer = conventions.Log;
        bool terminal =
            (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected)
            || (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected);
        return new BuildLog(
            conventions,
            terminal,
            terminal && environment.Variable("NO_COLOR") is null && environment.Variable("TERM") != "dumb"
        );
    }

    private static Verbosity Verbosity => BuildSession.Current?.Verbosity ?? Verbosity.Normal;

    public static bool Shows(Verbosity least) => Verbosity <= least;

    /// <summary>Stars out these texts too from now on. One or two letters are no secret and would star out half of every line.</summary>
    public void Hide(IEnumerable<string> values) =>
        _secrets = [.. _secrets.Concat(values.Where(x => x.Length > 2)).Distinct().OrderByDescending(x => x.Length)];

    /// <summary>
    /// The text with secrets starred out. One that could be a word is starred only where it stands as a word; what is long and of more than
    /// letters stands nowhere by chance.
    /// </summary>
    public string Starred(string text) =>
        _secrets.Aggregate(text, (x, secret) =>
            secret.Length >= LongSecret && !secret.All(char.IsLetter)
                ? x.Replace(secret, "***", StringComparison.Ordinal)
                : Regex.Replace(x, @$"(?<!\w){Regex.Escape(secret)}(?!\w)", "***", RegexOptions.CultureInvariant)
        );

    public void Logo(Assembly build)
    {
        if (!Shows(Verbosity.Normal))
            return;
        string? product = build.GetCustomAttribute<AssemblyProductAttribute>()?.Product;
        string? version = build.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        Writer.WriteLine($"{product ?? build.GetName().Name} {version} on .NET {Environment.Version}");
    }

    public void Banner(string target)
    {
        if (!Shows(Verbosity.Normal))
            return;
        Writer.WriteLine();
        Writer.WriteLine(Styled("1;36", $"== {target} ".PadRight(BannerWidth, '=')));
    }

    /// <summary>Shown at every verbosity.</summary>
    public void Failure(string text) => Line(text, "31");

    public void Warning(string text)
    {
        if (Shows(Verbosity.Minimal))
            Line(text, "33");
    }

    /// <summary>One line, or several of ours.</summary>
    public void Line(string text, string? style = null)
    {
        string shown = string.Join('\n', text.Split('\n').Select(_conventions.Printable));
        Writer.WriteLine(style is null ? shown : Styled(style, shown));
    }

    /// <summary>What the conventions say of it, or all there is at <see cref="Verbosity.Verbose"/>.</summary>
    public string Words(Exception exception)
    {
        string words = Execution.Failure.Describe(exception, _conventions, Starred);
        // A trace quotes messages, whose lines must not pass for ours.
        return
            Shows(Verbosity.Verbose) && exception is not (BuildUsageException or AggregateException { InnerException: BuildUsageException })
            ? $"{words}\n{string.Join('\n', Starred(exception.ToString()).Split('\n').Select(line => "  | " + line.TrimEnd('\r')))}"
            : words;
    }

    private string Styled(string style, string text) => IsColoured ? $"\e[{style}m{text}\e[0m" : text;
}
