using System.Text;
using Slipway.Oci;

namespace Slipway.Release.Tests;

/// <summary>What differs between two documents, of which the released one is anybody's.</summary>
public class FieldDifferenceTests
{
    [Fact]
    public void The_innermost_that_can_be_named_is_named()
    {
        IReadOnlyList<FieldDifference> found = Between("""{"a":{"b":[1,{"c":2}]},"same":{}}""", """{"a":{"b":[1,{"c":3},4]},"same":{}}""");
        Assert.Equal([new("config.a.b[1].c", "2", "3"), new("config.a.b[2]", "", "4")], found);
    }

    [Fact]
    public void A_name_of_megabytes_is_not_repeated_for_each_member_within() =>
        Assert.All(
            Between(
                $"{{\"{new string('n', 1_000_000)}\":{{{string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"m{i}\":1"))}}}}}",
                "{}",
                """{"x":{}}"""
            ),
            difference => Assert.InRange(difference.Field.Length, 1, 1000)
        );

    [Fact]
    public void However_much_differs_some_are_told_and_the_rest_is_no_match()
    {
        string many = $"{{\"list\":[{string.Join(',', Enumerable.Range(0, 200_000).Select(i => $"{{\"i\":{i}}}"))}]}}";
        IReadOnlyList<FieldDifference> found = Between(many, many.Replace("\"i\":", "\"i\":1", StringComparison.Ordinal));
        Assert.Equal(FieldDifference.Most + 1, found.Count);
        Assert.Equal(new FieldDifference("config", $"more than {FieldDifference.Most} fields differ", ""), found[^1]);
    }

    [Fact]
    public void An_object_with_very_many_members_is_read_once()
    {
        string many = $"{{{string.Join(',', Enumerable.Range(0, 200_000).Select(i => $"\"member{i}\":{{}}"))},\"last\":1}}";
        Assert.Equal("config.last", Assert.Single(Between(many, many.Replace("\"last\":1", "\"last\":2", StringComparison.Ordinal))).Field);
    }

    private static IReadOnlyList<FieldDifference> Between(string was, string now, string? inner = null) =>
        FieldDifference.Between(
            "config",
            Encoding.UTF8.GetBytes(was),
            Encoding.UTF8.GetBytes(inner is null ? now : $"{{\"{new string('n', 1_000_000)}\":{inner}}}")
        );
}
