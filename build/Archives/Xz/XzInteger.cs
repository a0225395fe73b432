namespace Slipway.Archives;

/// <summary>Variable-length integers (.xz format, section 1.2): up to nine bytes of seven bits, lowest first, shortest form only.</summary>
internal static class XzInteger
{
    private const int LongestBytes = 9;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out long value, out int length)
    {
        value = 0;
        for (length = 0; length < bytes.Length; length++)
        {
            if (!TryAdd(bytes[length], length, ref value, out bool last))
                return false;
            if (last)
            {
                length++;
                return true;
            }
        }

        return false;
    }

    /// <summary>Adds the byte at <paramref name="index"/> of an integer. False when no integer can have it there.</summary>
    public static bool TryAdd(byte next, int index, ref long value, out bool last)
    {
        last = next < 0x80;
        if (index >= LongestBytes || (index == LongestBytes - 1 && !last) || (index > 0 && next == 0))
            return false;
        value |= (long)(next & 0x7F) << (index * 7);
        return true;
    }
}
