using System.Buffers.Binary;

namespace Slipway.Archives;

/// <summary>CRC32 as .xz uses it (.xz format, section 6: IEEE 802.3, reflected), eight bytes a step.</summary>
internal struct XzCrc32
{
    private const uint Polynomial = 0xEDB88320;
    private static readonly uint[] Tables = MakeTables();
    private uint _state;

    /// <summary>The CRC of everything added so far.</summary>
    public readonly uint Value => _state;

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = default(XzCrc32);
        crc.Add(data);
        return crc.Value;
    }

    public void Add(ReadOnlySpan<byte> data)
    {
        uint crc = ~_state;
        ReadOnlySpan<uint> table = Tables;
        while (data.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ crc;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
            crc =
                table[0x700 + (int)(low & 0xFF)]
                ^ table[0x600 + (int)((low >> 8) & 0xFF)]
                ^ table[0x500 + (int)((low >> 16) & 0xFF)]
                ^ table[0x400 + (int)(low >> 24)]
                ^ table[0x300 + (int)(high & 0xFF)]
                ^ table[0x200 + (int)((high >> 8) & 0xFF)]
                ^ table[0x100 + (int)((high >> 16) & 0xFF)]
                ^ table[(int)(high >> 24)];
            data = data[8..];
        }

        foreach (byte b in data)
            crc = (crc >> 8) ^ table[(int)((crc ^ b) & 0xFF)];
        _state = ~crc;
    }

    // Table k holds, for each byte, its CRC after k more null bytes.
    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ (Polynomial & (0u - (crc & 1)));
            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = (tables[i - 256] >> 8) ^ tables[tables[i - 256] & 0xFF];
        return tables;
    }
}
