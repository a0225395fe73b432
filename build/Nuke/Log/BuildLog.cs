using System.Reflection;
using System.Text.RegularExpressions;
using Nuke.Common.CI;
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

    private readonly Host _host;
    private readonly TimeProvider _time;

    private BuildLog(IBuildConventions conventions, BuildEnvironment environment, bool isTerminal)
    {
        (_conventions, IsTerminal, _time) = (conventions, isTerminal, environment.Time);
        IsDumb = environment.Variable("TERM") == "dumb";
        IsColoured = isTerminal && environment.Variable("NO_COLOR") is null && !IsDumb;
        _host = BuildServer.Of(environment.Variable, environment.IsServer);
        Files = new StepFiles(environment.Variable);
    }

    /// <summary>What a step tells GitHub's runner beside the log.</summary>
    public StepFiles Files { get; }

    public TextWriter Writer => _conventions.Log;
    public bool IsTerminal { get; }
    public bool IsColoured { get; }

    /// <summary>Whether a terminal knows no more than letters.</summary>
    public bool IsDumb { get; }

    /// <summary>Coloured on a terminal, unless NO_COLOR is set or the terminal is dumb (no-color.org).</summary>
    public static BuildLog Of(IBuildConventions conventions, BuildEnvironment environment)
    {
        TextWriter writer = conventions.Log;
        bool terminal =
            (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected)
            || (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected);
        return new BuildLog(conventions, environment, terminal);
    }

    private static Verbosity Verbosity => BuildSession.Current?.Verbosity ?? Verbosity.Normal;

    public static bool Shows(Verbosity least) => Verbosity <= least;

    /// <summary>Stars out these texts too from now on. One or two letters are no secret and would star out half of every line.</summary>
    public void Hide(IEnumerable<string> values)
    {
        string[] added = [.. values.Where(x => x.Length > 2).Except(_secrets)];
        _secrets = [.. _secrets.Concat(added).OrderByDescending(x => x.Length)];
        // The server is told before anything else is written; it takes lines, and never shows these.
        foreach (string line in added.SelectMany(x => x.Split('\n')).Select(x => x.TrimEnd('\r')).Where(x => x.Length > 2).Distinct())
        {
            if (_host.Hide(line) is { } command)
                Writer.WriteLine(command);
        }
    }

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
        Writer.WriteLine(VersionOf(build));
    }

    /// <summary>Which program this is, and what it runs on.</summary>
    public static string VersionOf(Assembly build)
    {
        string? product = build.GetCustomAttribute<AssemblyProductAttribute>()?.Product;
        string? version = build.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return $"{product ?? build.GetName().Name} {version} on .NET {Environment.Version}";
    }

    public void Banner(string target)
    {
        if (!Shows(Verbosity.Normal))
            return;
        if (_host.BeginBlock(target, _time.GetUtcNow()) is { } line)
        {
            Writer.WriteLine(line);
            return;
        }

        Writer.WriteLine();
        Writer.WriteLine(Styled("1;36", $"== {target} ".PadRight(BannerWidth, '=')));
    }

    /// <summary>What ends a target's lines, where the server folds them.</summary>
    public void EndBanner(string target)
    {
        if (Shows(Verbosity.Normal) && _host.EndBlock(target, _time.GetUtcNow()) is { } line)
            Writer.WriteLine(line);
    }

    /// <summary>
    /// A target's failure where it happens: its name alone, since the run's end says why, once and last of all; where the verbosity leaves
    /// that end out, all of it.
    /// </summary>
    public void FailedTarget(string target, Exception exception)
    {
        if (Shows(Verbosity.Minimal))
            Failure($"{target} failed");
        else
            FailureReason(target, exception);
    }

    /// <summary>Why a target failed, as <see cref="Failure(string, Exception)"/> tells it.</summary>
    public void FailureReason(string target, Exception exception) => Failure($"{target} failed: {Words(exception)}", exception);

    /// <summary>What ends the run: the server marks it, at its place in a file where there is one.</summary>
    public void Failure(string text, Exception exception)
    {
        if (_host.ReportError(Shown(text), _conventions.PlaceOf(exception)) is { } command)
            Writer.WriteLine(command);
        else
            Failure(text);
    }

    /// <summary>Shown at every verbosity.</summary>
    public void Failure(string text) => Line(text, "31");

    public void Warning(string text)
    {
        if (!Shows(Verbosity.Minimal))
            return;
        if (_host.ReportWarning(Shown(text)) is { } command)
            Writer.WriteLine(command);
        else
            Line(text, "33");
    }

    /// <summary>One line, or several of ours.</summary>
    public void Line(string text, string? style = null)
    {
        string shown = Shown(text);
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

    /// <summary>A line of a table that was drawn here, colours and all; what others wrote in it was <see cref="Shown"/> before.</summary>
    public void Drawn(string line) => Writer.WriteLine(line);

    /// <summary>A text without anything that steers a terminal.</summary>
    public string Shown(string text) => string.Join('\n', text.Split('\n').Select(_conventions.Printable));

    private string Styled(string style, string text) => IsColoured ? $"\e[{style}m{text}\e[0m" : text;
}
