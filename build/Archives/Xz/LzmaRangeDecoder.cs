using System.Runtime.CompilerServices;

namespace Slipway.Archives;

/// <summary>
/// The adaptive binary range decoder of LZMA (LZMA specification, "Range Decoder"): 32-bit range and code, eleven-bit probabilities,
/// one byte of input at a time. It reads from a buffer of exactly <see cref="InputSize"/> bytes with a sixteen-bit index, so a corrupt
/// chunk can never read outside it; whether it read past the chunk shows in <see cref="Position"/> afterwards.
/// </summary>
internal ref struct LzmaRangeDecoder(byte[] input, int position, uint range, uint code)
{
    /// <summary>The most an LZMA2 chunk can hold, and the length every input buffer must have.</summary>
    public const int InputSize = 1 << 16;

    public const ushort EvenProbability = 1 << (ProbabilityBits - 1);

    private const int ProbabilityBits = 11;
    private const int AdaptionShift = 5;
    private const uint LowestRange = 1 << 24;

    private readonly byte[] _input = input;

    public int Position { get; private set; } = position;

    public uint Range { get; private set; } = range;

    public uint Code { get; private set; } = code;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Normalise()
    {
        if (Range < LowestRange)
        {
            Range <<= 8;
            Code = (Code << 8) | _input[(ushort)Position++];
        }
    }

    /// <summary>Decodes one bit with a branch: right where bits are predictable (what kind of symbol comes next).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Bit(ref ushort probability)
    {
        Normalise();
        uint p = probability;
        uint bound = (Range >> ProbabilityBits) * p;
        if (Code < bound)
        {
            Range = bound;
            probability = (ushort)(p + (((1u << ProbabilityBits) - p) >> AdaptionShift));
            return false;
        }

        Range -= bound;
        Code -= bound;
        probability = (ushort)(p - (p >> AdaptionShift));
        return true;
    }

    /// <summary>
    /// Decodes one bit without a branch: right where bits are noise (literals, lengths, distances), where a mispredicted jump costs more
    /// than the decoding. Returns all ones for a zero bit and zero for a one bit, so callers can mask with it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint ZeroMask(ref ushort probability)
    {
        Normalise();
        uint p = probability;
        uint bound = (Range >> ProbabilityBits) * p;
        uint zero = (uint)(((ulong)Code - bound) >> 32);
        uint rest = Range - bound;
        Range = rest + (zero & (bound - rest));
        Code -= bound & ~zero;
        // A zero bit: p += (2048 - p) >> 5, which is p -= (p - 2048 + 31) >> 5 with an arithmetic shift. A one bit: p -= p >> 5.
        int drop = (int)(p + (zero & unchecked((uint)((1 << AdaptionShift) - 1 - (1 << ProbabilityBits))))) >> AdaptionShift;
        probability = (ushort)(p - (uint)drop);
        return zero;
    }

    /// <summary>Decodes <paramref name="count"/> bits of fixed probability one half, highest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint DirectBits(int count)
    {
        uint value = 0;
        do
        {
            Normalise();
            Range >>= 1;
            Code -= Range;
            uint zero = 0u - (Code >> 31);
            Code += Range & zero;
            value = (value << 1) + zero + 1;
        } while (--count > 0);
        return value;
    }
}
