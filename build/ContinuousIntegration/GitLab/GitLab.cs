namespace Nuke.Common.CI.GitLab;

/// <summary>GitLab CI (GitLab, "Custom collapsible sections"). It hides the secrets that it gave itself, and no others.</summary>
public sealed class GitLab : Host
{
    private const string Clear = "\e[0K";

    public override string BeginBlock(string title, DateTimeOffset now) =>
        $"{Clear}section_start:{now.ToUnixTimeSeconds()}:{Name(title)}\r{Clear}{title}";

    public override string EndBlock(string title, DateTimeOffset now) =>
        $"{Clear}section_end:{now.ToUnixTimeSeconds()}:{Name(title)}\r{Clear}";

    /// <summary>Letters, digits, <c>_</c>, <c>.</c> and <c>-</c>.</summary>
    private static string Name(string title) =>
        string.Concat(title.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '_'));
}
