namespace Nuke.Common.CI.AzurePipelines;

/// <summary>Azure Pipelines (Azure DevOps, "Logging commands").</summary>
public sealed class AzurePipelines : Host
{
    public override string BeginBlock(string title, DateTimeOffset now) => $"##[group]{Data(title)}";

    public override string EndBlock(string title, DateTimeOffset now) => "##[endgroup]";

    public override string ReportError(string text, SourcePlace? place) => Issue("error", text, place);

    public override string ReportWarning(string text) => Issue("warning", text, null);

    public override string Hide(string secret) => $"##vso[task.setsecret]{Data(secret)}";

    private static string Issue(string kind, string text, SourcePlace? place)
    {
        string properties = place is null
            ? ""
            : $";sourcepath={Property(place.File)};linenumber={place.Line}" + (place.Column > 0 ? $";columnnumber={place.Column}" : "");
        return $"##vso[task.logissue type={kind}{properties}]{Data(text)}";
    }

    private static string Data(string text) =>
        text.Replace("%", "%AZP25", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) =>
        Data(text).Replace(";", "%3B", StringComparison.Ordinal).Replace("]", "%5D", StringComparison.Ordinal);
}
