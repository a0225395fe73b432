namespace Nuke.Common.CI.GitHubActions;

/// <summary>GitHub Actions, or what acts as it (GitHub, "Workflow commands for GitHub Actions").</summary>
public sealed class GitHubActions : Host
{
    public override string BeginBlock(string title, DateTimeOffset now) => $"::group::{Data(title)}";

    public override string EndBlock(string title, DateTimeOffset now) => "::endgroup::";

    public override string ReportError(string text, SourcePlace? place) => Annotation("error", text, place);

    public override string ReportWarning(string text) => Annotation("warning", text, null);

    public override string Hide(string secret) => $"::add-mask::{Data(secret)}";

    private static string Annotation(string kind, string text, SourcePlace? place)
    {
        string properties = place is null
            ? ""
            : $" file={Property(place.File)},line={place.Line}" + (place.Column > 0 ? $",col={place.Column}" : "");
        return $"::{kind}{properties}::{Data(text)}";
    }

    /// <summary>As the runner takes it apart again: it unescapes these three and no more (actions/toolkit, command.ts).</summary>
    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) =>
        Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
