using System.Buffers.Binary;

namespace Slipway.Archives;

/// <summary>CRC64 as .xz uses it (.xz format, section 6: ECMA-182, reflected), eight bytes a step.</summary>
internal struct XzCrc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;
    private static readonly ulong[] Tables = MakeTables();
    private ulong _state;

    /// <summary>The CRC of everything added so far.</summary>
    public readonly ulong Value => _state;

    public void Add(ReadOnlySpan<byte> data)
    {
        ulong crc = ~_state;
        ReadOnlySpan<ulong> table = Tables;
        while (data.Length >= 8)
        {
            crc ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            crc =
                table[0x700 + (int)(crc & 0xFF)]
                ^ table[0x600 + (int)((crc >> 8) & 0xFF)]
                ^ table[0x500 + (int)((crc >> 16) & 0xFF)]
                ^ table[0x400 + (int)((crc >> 24) & 0xFF)]
                ^ table[0x300 + (int)((crc >> 32) & 0xFF)]
                ^ table[0x200 + (int)((crc >> 40) & 0xFF)]
                ^ table[0x100 + (int)((crc >> 48) & 0xFF)]
                ^ table[(int)(crc >> 56)];
            data = data[8..];
        }

        foreach (byte b in data)
            crc = (crc >> 8) ^ table[(int)((crc ^ b) & 0xFF)];
        _state = ~crc;
    }

    // Table k holds, for each byte, its CRC after k more null bytes.
    private static ulong[] MakeTables()
    {
        var tables = new ulong[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            ulong crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (Polynomial & (0ul - (crc & 1)));
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[(int)(tables[i - 256] & 0xFF)];
        return tables;
    }
}
