using System.Runtime.CompilerServices;

namespace Slipway.Archives;

/// <summary>
/// The parts that LZMA's symbols are made of (literal bytes, lengths, distances) and where their probabilities lie in the one array that
/// holds them all (LZMA specification, "Literals", "Length decoding", "Distance decoding").
/// </summary>
internal static class LzmaSymbols
{
    public const int States = 12;
    public const int FirstMatchState = 7;
    public const int PositionStates = 16;
    public const int ShortestMatch = 2;

    // All probabilities lie in one array; these are the places of the groups in it.
    public const int IsMatch = 0;
    public const int IsRepeat = IsMatch + (States * PositionStates);
    public const int IsRepeat0 = IsRepeat + States;
    public const int IsRepeat1 = IsRepeat0 + States;
    public const int IsRepeat2 = IsRepeat1 + States;
    public const int IsRepeat0Long = IsRepeat2 + States;
    public const int DistanceSlot = IsRepeat0Long + (States * PositionStates);
    public const int DistanceSpecial = DistanceSlot + (4 * 64);
    public const int DistanceAlign = DistanceSpecial + 128;
    public const int MatchLength = DistanceAlign + 16;
    public const int RepeatLength = MatchLength + LengthSize;
    public const int Literals = RepeatLength + LengthSize;

    // Inside a length group: two choices, then 8 low and 8 middle values per position state, then 256 high values.
    public const int LengthLow = 2;
    public const int LengthMiddle = LengthLow + (PositionStates * 8);
    public const int LengthHigh = LengthMiddle + (PositionStates * 8);
    public const int LengthSize = LengthHigh + 256;
    public const int LiteralSize = 0x300;

    /// <summary>How many probabilities there are, with the most literal contexts that LZMA2 allows.</summary>
    public const int Count = Literals + (LiteralSize << 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Literal(ref LzmaRangeDecoder coder, Span<ushort> p)
    {
        uint symbol = 1;
        do
        {
            symbol = (symbol << 1) + 1 + coder.ZeroMask(ref p[(int)symbol]);
        } while (symbol < 0x100);
        return (byte)symbol;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint MatchedLiteral(ref LzmaRangeDecoder coder, Span<ushort> p, uint match)
    {
        uint symbol = 1;
        uint offset = 0x100;
        do
        {
            match <<= 1;
            uint zero = coder.ZeroMask(ref p[(int)(offset + (match & offset) + symbol)]);
            symbol = (symbol << 1) + 1 + zero;
            offset &= match ^ zero;
        } while (symbol < 0x100);
        return (byte)symbol;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(ref LzmaRangeDecoder coder, Span<ushort> p, int positionState)
    {
        int group = LengthLow + (positionState << 3);
        int floor = ShortestMatch - 8;
        uint size = 8;
        if (coder.Bit(ref p[0]))
        {
            group += PositionStates * 8;
            floor += 8;
            if (coder.Bit(ref p[1]))
            {
                group = LengthHigh;
                floor += 8 + 8 - 256;
                size = 256;
            }
        }

        uint symbol = 1;
        do
        {
            symbol = (symbol << 1) + 1 + coder.ZeroMask(ref p[group + (int)symbol]);
        } while (symbol < size);
        return (int)symbol + floor;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Distance(ref LzmaRangeDecoder coder, ushort[] p, int length)
    {
        int group = DistanceSlot + (Math.Min(length - ShortestMatch, 3) << 6);
        uint slot = 1;
        do
        {
            slot = (slot << 1) + 1 + coder.ZeroMask(ref p[group + (int)slot]);
        } while (slot < 64);
        slot -= 64;
        if (slot < 4)
            return slot;

        int bits = (int)(slot >> 1) - 1;
        uint distance = (2 | (slot & 1)) << bits;
        int tree = DistanceAlign;
        if (slot < 14)
        {
            tree = DistanceSpecial + (int)(distance - slot);
        }
        else
        {
            distance += coder.DirectBits(bits - 4) << 4;
            bits = 4;
        }

        // Reverse bit tree: the lowest bit comes first.
        uint symbol = 1;
        for (int bit = 0; bit < bits; bit++)
        {
            uint one = 1 + coder.ZeroMask(ref p[tree + (int)symbol]);
            symbol = (symbol << 1) + one;
            distance += one << bit;
        }

        return distance;
    }
}
