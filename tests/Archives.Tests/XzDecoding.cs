namespace Slipway.Archives.Tests;

/// <summary>Ways to read an XzStream to its end.</summary>
internal static class XzDecoding
{
    public static byte[] Decode(byte[] file, long outputLimit = 1 << 30, int dictionaryLimit = XzStream.DefaultDictionaryLimit)
    {
        using var xz = new XzStream(new MemoryStream(file), outputLimit, dictionaryLimit);
        using var content = new MemoryStream();
        xz.CopyTo(content);
        return content.ToArray();
    }

    public static XzException Refuse(byte[] file, string because)
    {
        XzException e = Assert.Throws<XzException>(() => Decode(file));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        return e;
    }

    /// <summary>A stream that gives its bytes in pieces of one to seven.</summary>
    public sealed class Trickle(byte[] content) : MemoryStream(content)
    {
        // A class derived from MemoryStream gets its span reads through here as well.
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, 1 + (int)(Position % 7)));
    }
}
