using Slipway.Advisories;

namespace Slipway.Scanning;

/// <summary>The words for what was decided about a weakness, in tables and documents.</summary>
public static class StatusNames
{
    public static string Of(AdvisoryStatus status) =>
        status switch
        {
            AdvisoryStatus.NoDsa => "no-dsa",
            AdvisoryStatus.Postponed => "postponed",
            AdvisoryStatus.Ignored => "ignored",
            AdvisoryStatus.Unimportant => "unimportant",
            AdvisoryStatus.Undetermined => "undetermined",
            AdvisoryStatus.EndOfLife => "end-of-life",
            _ => "affected",
        };
}
