using System.Reflection;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>The kernel's own lines on the log, as many as the verbosity allows. Secrets that it was told of are starred out.</summary>
internal sealed class BuildLog
{
    private const int BannerWidth = 80;
    private IReadOnlyList<string> secrets = [];

    private BuildLog(TextWriter writer, bool isTerminal, bool isColoured) =>
        (Writer, IsTerminal, IsColoured) = (writer, isTerminal, isColoured);

    public TextWriter Writer { get; }
    public bool IsTerminal { get; }
    public bool IsColoured { get; }

    /// <summary>Coloured on a terminal, unless NO_COLOR is set or the terminal is dumb (no-color.org).</summary>
    public static BuildLog To(TextWriter writer, BuildEnvironment environment)
    {
        bool terminal = (ReferenceEquals(writer, Console.Error) && !Console.IsErrorRedirected)
            || (ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected);
        return new BuildLog(writer, terminal, terminal && environment.Variable("NO_COLOR") is null && environment.Variable("TERM") != "dumb");
    }

    private static Verbosity Verbosity => BuildSession.Current?.Verbosity ?? Verbosity.Normal;

    public static bool Shows(Verbosity least) => Verbosity <= least;

    /// <summary>Stars out these texts too from now on. One or two letters are no secret and would star out half of every line.</summary>
    public void Hide(IEnumerable<string> values) =>
        secrets = [.. secrets.Concat(values.Where(x => x.Length > 2)).Distinct().OrderByDescending(x => x.Length)];

    /// <summary>The text with secrets starred out, for what is written elsewhere than here.</summary>
    public string Starred(string text) => secrets.Aggregate(text, (x, secret) => x.Replace(secret, "***", StringComparison.Ordinal));

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
    public void Failure(string text) => Writer.WriteLine(Styled("31", Starred(text)));

    public void Warning(string text)
    {
        if (Shows(Verbosity.Minimal))
            Writer.WriteLine(Styled("33", Starred(text)));
    }

    public void Line(string text, string? style = null) => Writer.WriteLine(style is null ? Starred(text) : Styled(style, Starred(text)));

    /// <summary>What the conventions say of it, or all there is at <see cref="Verbosity.Verbose"/>.</summary>
    public static string Words(Exception exception, IBuildConventions conventions) =>
        Shows(Verbosity.Verbose) && exception is not BuildUsageException
            ? $"{Execution.Failure.Describe(exception, conventions)}\n{exception}"
            : Execution.Failure.Describe(exception, conventions);

    private string Styled(string style, string text) => IsColoured ? $"\e[{style}m{text}\e[0m" : text;
}
