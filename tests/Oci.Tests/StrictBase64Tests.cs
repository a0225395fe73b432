using System.Text;

namespace Slipway.Oci.Tests;

/// <summary>RFC 4648, 10 (test vectors), 3.2 (padding), 3.3 (other characters), 3.5 (canonical encoding).</summary>
public sealed class StrictBase64Tests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Zg==", "f")]
    [InlineData("Zm8=", "fo")]
    [InlineData("Zm9v", "foo")]
    [InlineData("Zm9vYmE=", "fooba")]
    public void The_one_text_of_some_bytes_is_read(string text, string bytes) =>
        Assert.Equal(bytes, Encoding.ASCII.GetString(StrictBase64.Decode(text, "it")));

    [Theory]
    [InlineData("Zg")]
    [InlineData("Zg=")]
    [InlineData("Zm8")]
    [InlineData("Zg===")]
    [InlineData("=Zg=")]
    [InlineData("Z===")]
    [InlineData("====")]
    [InlineData("Zh==")]
    [InlineData("Zm9=")]
    [InlineData("Zm9v\n")]
    [InlineData(" Zm9v")]
    [InlineData("Zm 9v")]
    [InlineData("Zm9v====")]
    [InlineData("Zm9v\0\0\0\0")]
    [InlineData("Zm9é")]
    [InlineData("__-_")]
    public void Any_other_text_of_them_is_not(string text)
    {
        Assert.Contains(
            "it is not base64",
            Assert.Throws<ContentException>(() => StrictBase64.Decode(text, "it")).Message,
            StringComparison.Ordinal
        );
        if (text != "__-_")
            Assert.Throws<ContentException>(() => StrictBase64.DecodeEither(Encoding.UTF8.GetBytes(text), "it"));
    }

    [Theory]
    [InlineData("+/+/", true)]
    [InlineData("-_-_", true)]
    [InlineData("-_8=", true)]
    [InlineData("-_9=", false)]
    [InlineData("+_+/", false)]
    [InlineData("-_8", false)]
    public void Either_alphabet_is_read_where_both_are_allowed_and_no_mixture(string text, bool isOne)
    {
        byte[] Read() => StrictBase64.DecodeEither(Encoding.ASCII.GetBytes(text), "it");
        if (isOne)
            Assert.Equal(Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/')), Read());
        else
            Assert.Throws<ContentException>(Read);
    }

    [Fact]
    public void Whatever_is_written_is_read_again_and_no_neighbour_of_it()
    {
        Random random = new(7);
        for (int length = 1; length < 64; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            string text = Convert.ToBase64String(bytes);
            Assert.Equal(bytes, StrictBase64.Decode(text, "it"));
            HashSet<string> same = [];
            foreach (char last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
            {
                string neighbour = text.TrimEnd('=')[..^1] + last + text[text.TrimEnd('=').Length..];
                try
                {
                    if (StrictBase64.Decode(neighbour, "it").AsSpan().SequenceEqual(bytes))
                        same.Add(neighbour);
                }
                catch (ContentException)
                {
                    // One of those that say what another one says.
                }
            }

            Assert.Equal([text], same);
        }
    }
}
