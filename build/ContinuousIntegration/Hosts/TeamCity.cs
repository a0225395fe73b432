using System.Globalization;
using System.Text;

namespace Nuke.Common.CI.TeamCity;

/// <summary>TeamCity (TeamCity, "Service messages").</summary>
public sealed class TeamCity : Host
{
    public override string BeginBlock(string title, DateTimeOffset now) => $"##teamcity[blockOpened name='{Value(title)}']";

    public override string EndBlock(string title, DateTimeOffset now) => $"##teamcity[blockClosed name='{Value(title)}']";

    public override string ReportError(string text, SourcePlace? place) =>
        $"##teamcity[message text='{Value(place is null ? text : $"{place.File}:{place.Line}:{place.Column}: {text}")}' status='ERROR']";

    public override string ReportWarning(string text) => $"##teamcity[message text='{Value(text)}' status='WARNING']";

    private static string Value(string text)
    {
        StringBuilder value = new();
        foreach (char c in text)
            _ = c switch
            {
                '\'' or '|' or '[' or ']' => value.Append('|').Append(c),
                '\n' => value.Append("|n"),
                '\r' => value.Append("|r"),
                < ' ' or > '~' => value.Append(CultureInfo.InvariantCulture, $"|0x{(int)c:X4}"),
                _ => value.Append(c),
            };
        return value.ToString();
    }
}
