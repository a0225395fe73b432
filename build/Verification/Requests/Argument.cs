using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>Values of a command line.</summary>
public static class Argument
{
    /// <summary>Reads a value of the command line; what is wrong with it is wrong use, not wrong data.</summary>
    /// <exception cref="WrongUseException">In the words of the failure.</exception>
    public static T Parse<T>(Func<T> parse)
    {
        ArgumentNullException.ThrowIfNull(parse);
        try
        {
            return parse();
        }
        catch (Exception e) when (e is ContentException or ArgumentException or FormatException)
        {
            // .NET appends the name of its own parameter, which means nothing to whoever typed the value.
            throw new WrongUseException(e.Message.Split(" (Parameter '")[0]);
        }
    }

    /// <summary>A repository as <c>--official</c> names it.</summary>
    /// <exception cref="ContentException">It has a tag or a digest.</exception>
    public static Reference OfficialRepository(string text) =>
        Reference.Parse(text) is { Tag: null, Digest: null } repository
            ? repository
            : throw new ContentException(
                $"--official {Printable.Of(text)}: wanted a repository, as quay.io/poseidon/kubelet, without tag and digest"
            );
}
