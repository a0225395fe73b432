namespace Nuke.Common.CI;

/// <summary>
/// Where a build runs, and how its log is read there: a terminal or a file, or a CI server that folds sections, marks errors and hides
/// secrets by lines of its own form. Every text that it is given ends up as data in such a line and never as another one.
/// </summary>
public class Host
{
    /// <summary>Lines before a target's own; one of the kernel's banners stands where this gives none.</summary>
    public virtual string? BeginBlock(string title, DateTimeOffset now) => null;

    /// <summary>What ends it; null for nothing.</summary>
    public virtual string? EndBlock(string title, DateTimeOffset now) => null;

    /// <summary>An error beside the log; null where the log is all there is.</summary>
    public virtual string? ReportError(string text, SourcePlace? place) => null;

    public virtual string? ReportWarning(string text) => null;

    /// <summary>Makes the server star out a secret in all that follows; null where it cannot. Never of several lines.</summary>
    public virtual string? Hide(string secret) => null;
}

/// <summary>A place in a file of the repository.</summary>
/// <param name="File">Below the root, with slashes.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1; 0 when it is not known.</param>
public sealed record SourcePlace(string File, int Line, int Column);
