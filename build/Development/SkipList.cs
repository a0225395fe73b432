using System.Collections.Immutable;

namespace Slipway.Development;

/// <summary>
/// The tests that may be left out in CI, <c>.ci/may-skip.txt</c>: a name on each line, <c># why</c> behind it. CI fails
/// when reality differs, either way, so that a peer that went missing cannot go unnoticed. A name that ends in <c>.*</c> is that of
/// tests which run on some machines and not on others: they may be left out and need not.
/// </summary>
internal static class SkipList
{
    /// <summary>What differs, a line each; none when the skips are just those of the list.</summary>
    public static IReadOnlyList<string> Differences(string list, ImmutableArray<FailedTest> skipped)
    {
        string[] allowed = [.. File.ReadAllLines(list).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
        string[] some = [.. allowed.Where(name => name.EndsWith(".*", StringComparison.Ordinal)).Select(name => name[..^1])];
        allowed = [.. allowed.Where(name => !name.EndsWith(".*", StringComparison.Ordinal))];
        string[] real =
        [
            .. skipped.Select(test => test.Name).Where(name => !some.Any(start => name.StartsWith(start, StringComparison.Ordinal))),
        ];
        return
        [
            .. real.Except(allowed, StringComparer.Ordinal).Select(name => $"{name} was skipped, and .ci/may-skip.txt does not allow that"),
            .. allowed.Except(real, StringComparer.Ordinal).Select(name => $"{name} was not skipped: take it out of .ci/may-skip.txt"),
        ];
    }
}
