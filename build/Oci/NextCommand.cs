using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>
/// The command of Slipway's own that goes on from a failure. In a message it stands as it is written here; whoever shows the failure knows
/// what else the user gave, and writes it again with that (see <see cref="Of"/>).
/// </summary>
/// <param name="Targets">In the order to run them.</param>
public sealed record NextCommand(params ImmutableArray<string> Targets)
{
    private const string Key = "slipway.next";

    /// <summary>
    /// How people start the program that runs, as its runtime configuration says under <c>Slipway.Command</c>: rooms name targets and no
    /// front end.
    /// </summary>
    public static string Program { get; } = AppContext.GetData("Slipway.Command") as string ?? "slipway";

    /// <summary>The image it is about; null for those that the user named.</summary>
    public string? Image { get; init; }

    /// <summary>Further words, as <c>--dockerfile</c>.</summary>
    public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Flags of the user's own that would lead to the same failure again.</summary>
    public ImmutableArray<string> Without { get; init; } = [];

    /// <summary>What a failure, or what it came of, says to run next; null when it does not say so.</summary>
    public static NextCommand? Of(Exception exception)
    {
        for (Exception? at = exception; at is not null; at = at.InnerException)
        {
            if (at.Data[Key] is NextCommand next)
                return next;
        }

        return null;
    }

    /// <summary>Says of a failure that this command, which its message names, goes on from it.</summary>
    public T After<T>(T exception)
        where T : Exception
    {
        ArgumentNullException.ThrowIfNull(exception);
        exception.Data[Key] = this;
        return exception;
    }

    public override string ToString() => Line([]);

    /// <summary>The command line, with words of the user's own at its end.</summary>
    public string Line(IEnumerable<string> more) =>
        ShellWord.Join([Program, .. Targets, .. Image is null ? ImmutableArray<string>.Empty : ["--images", Image], .. Options, .. more]);
}
