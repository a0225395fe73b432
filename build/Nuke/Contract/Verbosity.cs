namespace Nuke.Common;

/// <summary>How much the kernel itself writes to the log.</summary>
public enum Verbosity
{
    /// <summary>Everything of <see cref="Normal"/>, and the whole exception of a failure.</summary>
    Verbose,

    /// <summary>Logo line, a banner before each target, summary, failures.</summary>
    Normal,

    /// <summary>Summary and failures.</summary>
    Minimal,

    /// <summary>Failures only.</summary>
    Quiet,
}
