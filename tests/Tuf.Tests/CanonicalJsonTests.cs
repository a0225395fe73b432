using System.Text;
using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Tuf.Tests;

/// <summary>The form whose bytes are signed.</summary>
public sealed class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true, false, null ] }""", """{"a":[true,false,null],"b":1}""")]
    [InlineData("""{ "a" : { "d" : {}, "c" : [] } }""", """{"a":{"c":[],"d":{}}}""")]
    [InlineData("""{ "B" : 1, "a" : 2, "A" : 3, "" : 4, "aa" : 5 }""", """{"":4,"A":3,"B":1,"a":2,"aa":5}""")]
    [InlineData("""[ -9223372036854775808, 0, 9223372036854775807 ]""", """[-9223372036854775808,0,9223372036854775807]""")]
    [InlineData("""["\/\u0041\u00e9"]""", """["/Aé"]""")]
    [InlineData("""["\\ \""]""", """["\\ \""]""")]
    [InlineData("""["\n\t\u0000\u007f"]""", "[\"\n\t\0\u007f\"]")]
    [InlineData("""{ "\"" : 1, "\\" : 2 }""", """{"\"":1,"\\":2}""")]
    [InlineData("""["\ud83d\ude00"]""", """["😀"]""")]
    public void A_value_has_one_form(string json, string canonical) => Assert.Equal(canonical, Write(json));

    /// <summary>By UTF-16 the second would come first: its first unit is a surrogate, D83D.</summary>
    [Fact]
    public void Names_are_in_the_order_of_code_points() => Assert.Equal("{\"\uff01\":1,\"😀\":2}", Write("""{ "😀" : 2, "\uff01" : 1 }"""));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("-0")]
    [InlineData("9223372036854775808")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("{ \"\\ude00\": 1 }")]
    public void A_value_without_a_form_is_refused(string json) =>
        Assert.ThrowsAny<Exception>(() => OciJson.Read(Encoding.UTF8.GetBytes($"{{ \"a\": {json} }}"), "test", CanonicalJson.Write));

    [Theory]
    [InlineData("1.0")]
    [InlineData("-0")]
    public void The_refusal_says_which_number(string json) =>
        Assert.Contains(json, Assert.Throws<ContentException>(() => Write($"[{json}]")).Message, StringComparison.Ordinal);

    private static string Write(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement));
    }
}
