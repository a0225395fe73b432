using Slipway.Oci;

namespace Slipway.Archives;

/// <summary>An .xz stream that is damaged, cut short, too large, or needs what this decoder does not have.</summary>
public sealed class XzException : ContentException
{
    /// <param name="what">What is wrong, what was wanted and what was there.</param>
    /// <param name="offset">Where: bytes of compressed input read before the fault was seen.</param>
    public XzException(string what, long offset)
        : base($"xz: {what} (at byte {offset} of the compressed input)") => Offset = offset;

    /// <summary>Bytes of compressed input, counted from where the stream started, that were read before the fault was seen.</summary>
    public long Offset { get; }
}
