using System.Text;
using System.Text.Json;

namespace Slipway.Oci.Tests;

/// <summary>Documents of others, read without a tree.</summary>
public sealed class JsonMembersTests
{
    [Theory]
    [InlineData("""{"a":"x"}""", "x")]
    [InlineData("""{"b":[1,{"a":"y"}],"a":"x","c":{"a":"z"}}""", "x")]
    [InlineData("""{"a":null,"a":"x"}""", "x")]
    [InlineData("""{"b":1,"b":2,"a":"x"}""", "x")]
    [InlineData("""{}""", null)]
    public void A_member_is_found_whatever_is_beside_it(string json, string? value) => Assert.Equal(value, Read(json));

    [Theory]
    [InlineData("""{"a":"x","a":"x"}""", "'a' comes twice")]
    [InlineData("""{"a":"x"}{}""", "no sound JSON")]
    [InlineData("""{"a":"x"} x""", "no sound JSON")]
    [InlineData("""{"a":1}""", "wanted 'a' as a text")]
    [InlineData("""["a"]""", "wanted a JSON object")]
    [InlineData("", "no sound JSON")]
    [InlineData("""{"a":"x" """, "no sound JSON")]
    [InlineData("""{"a":"x",}""", "no sound JSON")]
    [InlineData("""{"a":"x"/**/}""", "no sound JSON")]
    public void What_is_wrong_is_told_in_our_words(string json, string problem)
    {
        ContentException e = Assert.Throws<ContentException>(() => Read(json));
        Assert.StartsWith("it: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(40, false)]
    public void Nesting_is_bounded(int depth, bool isRead)
    {
        string json = $$"""{"b":{{new string('[', depth)}}{{new string(']', depth)}},"a":"x"}""";
        if (isRead)
            Assert.Equal("x", Read(json));
        else
            Assert.Throws<ContentException>(() => Read(json));
    }

    /// <summary>A tree of this takes some hundred megabytes.</summary>
    [Fact]
    public void Millions_of_values_that_nobody_asks_for_cost_nothing()
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{"b":[{{string.Join(',', Enumerable.Repeat("0", 2_000_000))}}],"a":"x"}""");
        long before = GC.GetAllocatedBytesForCurrentThread();
        string? found = null;
        JsonMembers.ReadDocument(json, "it", (string name, ref Utf8JsonReader value) =>
            name == "a" && (found = value.Text(name)) is not null
        );
        Assert.Equal("x", found);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void A_tree_is_not_made_of_more_values_than_any_document_has()
    {
        byte[] json = Encoding.UTF8.GetBytes($$"""{"b":[{{string.Join(',', Enumerable.Repeat("0", 1_200_000))}}]}""");
        Assert.Contains(
            "more than 1000000 values",
            Assert.Throws<ContentException>(() => OciJson.Read(json, "it", _ => 1)).Message,
            StringComparison.Ordinal
        );
    }

    private static string? Read(string json)
    {
        string? found = null;
        JsonMembers.ReadDocument(Encoding.UTF8.GetBytes(json), "it", (string name, ref Utf8JsonReader value) =>
        {
            if (name != "a")
                return false;
            found = value.Text(name);
            return true;
        });
        return found;
    }
}
