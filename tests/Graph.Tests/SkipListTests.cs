using Slipway.Development;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Which tests CI may leave out.</summary>
public sealed class SkipListTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("A.B  # why", "A.B", "")]
    [InlineData("", "A.B", "A.B was skipped, and .ci/may-skip.txt does not allow that")]
    [InlineData("A.B", "", "A.B was not skipped: take it out of .ci/may-skip.txt")]
    [InlineData("A.*  # some machines cannot", "", "")]
    [InlineData("A.*", "A.B", "")]
    [InlineData("A.*", "AB.C", "AB.C was skipped, and .ci/may-skip.txt does not allow that")]
    public void A_list_and_what_was_skipped_differ_as_this_says(string list, string skipped, string difference)
    {
        string file = _folder.Write("may-skip.txt", list + "\n");

        IReadOnlyList<string> differences = SkipList.Differences(
            file,
            [.. skipped.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new FailedTest(name, "why"))]
        );

        Assert.Equal(difference, string.Join('\n', differences));
    }
}
