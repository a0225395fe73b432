namespace Nuke.Common;

/// <summary>
/// What the program that uses the kernel decides about its own border with people and other programs. Named once, beside the build class
/// and not in it: <c>[assembly: BuildConventions(typeof(MyConventions))]</c>; the type needs a constructor without parameters.
/// Two exit codes are the kernel's own and never asked for: <see cref="BuildUsageException.ExitCode"/> and
/// <see cref="BuildCancellation.ExitCode"/>. Derive from <see cref="NukeConventions"/> to change only some.
/// </summary>
public interface IBuildConventions
{
    /// <summary>
    /// The one prefix of environment variables that give parameters: with <c>SLIPWAY_</c>, <c>--signing-key</c> is
    /// <c>SLIPWAY_SIGNING_KEY</c>. Empty means NUKE's own rule: the bare name or the name after <c>NUKE_</c>.
    /// </summary>
    public string EnvironmentPrefix { get; }

    /// <summary>How people start the build; used in help and in errors that name the next command.</summary>
    public string Command { get; }

    /// <summary>Where banners, the summary and failures go. The kernel flushes it and does not dispose it.</summary>
    public TextWriter Log { get; }

    /// <summary>
    /// Where <c>--help</c>, a printed <c>--plan</c> and <c>:complete</c> go. The kernel flushes it and does not dispose it.
    /// </summary>
    public TextWriter Output { get; }

    /// <summary>Calls that show how a target is used; of null, how the build is. Empty where there is nothing to show.</summary>
    public IReadOnlyList<HelpExample> Examples(string? target) => [];

    /// <summary>The command line as the parameters have it, where people may write it in fewer words.</summary>
    public IReadOnlyList<string> Spelt(IReadOnlyList<string> arguments) => arguments;

    /// <summary>
    /// What completion offers for a parameter beyond what its type says: words between spaces, <c>:folders PLACE FILE</c> for the names of
    /// folders at a place below the root that have a file, or <c>:tags</c> for git's. Null: what its type says.
    /// </summary>
    /// <param name="parameter">Its name, in PascalCase.</param>
    public string? ValuesOf(string parameter) => null;

    /// <summary>What <c>--help</c> ends with: where to read on. Empty: nothing.</summary>
    public string ReadOn => "";

    /// <summary>
    /// The process's exit code, 1 to 255, for a target that failed with this exception. Wrapping exceptions are already taken off.
    /// </summary>
    public int ExitCodeOf(Exception exception);

    /// <summary>What people read of a failure, without a line end. An expected failure needs no stack trace.</summary>
    public string Describe(Exception exception);

    /// <summary>
    /// A line as it may be shown, whatever somebody else wrote into it. Every line of the log goes through this before it is styled.
    /// </summary>
    public string Printable(string line) => line;

    /// <summary>
    /// Whether all that this exception says is the program's own words, which hold no secret. Else values of secret parameters are starred
    /// out of it; in own words that would garble what merely looks like one, and so give it away.
    /// </summary>
    public bool IsOwn(Exception exception) => false;

    /// <summary>Where in a file of the repository the cause of a failure is, for a CI server to mark it there; null when nowhere.</summary>
    public CI.SourcePlace? PlaceOf(Exception exception) => null;
}

/// <summary>One call that help shows.</summary>
/// <param name="Arguments">What follows <see cref="IBuildConventions.Command"/>, as in a shell.</param>
/// <param name="Text">What the call does, in a few words.</param>
public sealed record HelpExample(string Arguments, string Text);
