using Slipway.Testing;
using Xunit.Sdk;

namespace Slipway.Peers.Tests;

/// <summary>A list of exceptions excuses what it names, no more, and nothing of it may be idle.</summary>
public sealed class TreeExceptionsTests
{
    [Fact]
    public void A_path_excuses_itself_alone_and_a_subtree_all_below()
    {
        TreeExceptions exceptions = Read("etc/one  # because", "var/log/**  # because");

        Assert.Equal(
            ["etc/one/below", "etc/oneself", "var/logs"],
            exceptions
                .Unexcused(At("etc/one", "etc/one/below", "etc/oneself", "var/log", "var/log/a/b", "var/logs"))
                .Select(left => left.Path)
        );
    }

    [Fact]
    public void A_line_that_covers_no_difference_is_unused() =>
        Assert.Equal(["etc/two", "var/log/**"], Read("etc/one # a", "etc/two # b", "var/log/** # c").Unused(At("etc/one", "var/logs")));

    [Fact]
    public void A_line_of_another_architecture_does_not_count()
    {
        TreeExceptions exceptions = Read("[arm64] etc/one # a", "[amd64] etc/two # b");

        Assert.Equal(["etc/one"], exceptions.Unexcused(At("etc/one", "etc/two")).Select(left => left.Path));
        Assert.Empty(exceptions.Unused(At("etc/two")));
    }

    [Theory]
    [InlineData("etc/one")]
    [InlineData("etc/one #")]
    [InlineData("etc/one etc/two # because")]
    [InlineData("[mips] etc/one # because")]
    public void A_line_without_a_reason_or_with_more_than_a_path_fails(string line) => Assert.ThrowsAny<XunitException>(() => Read(line));

    [Fact]
    public void A_line_that_another_covers_fails() => Assert.ThrowsAny<XunitException>(() => Read("etc/** # a", "etc/one # b"));

    private static TreeExceptions Read(params string[] lines) => TreeExceptions.Read(["# a comment", "", .. lines], "amd64");

    private static TreeDifference[] At(params string[] paths) => [.. paths.Select(path => new TreeDifference(path, null, null))];
}
