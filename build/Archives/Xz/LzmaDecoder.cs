using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static Slipway.Archives.LzmaSymbols;

namespace Slipway.Archives;

/// <summary>
/// Decodes LZMA symbols (literals, matches, repeated matches) into a window, as the LZMA specification describes them. State lives here
/// between calls, so decoding can stop after any byte and go on later. One instance per block.
/// </summary>
internal sealed class LzmaDecoder
{
    private readonly ushort[] _probabilities = new ushort[Count];
    private readonly byte[] _input;

    private int _literalContextBits;
    private int _literalPositionMask;
    private int _positionMask;

    private int _state;
    private uint _repeat0;
    private uint _repeat1;
    private uint _repeat2;
    private uint _repeat3;
    private int _pendingLength;

    private int _inputPosition;
    private uint _range;
    private uint _code;

    /// <param name="input">
    /// Holds the compressed bytes of one chunk at a time; exactly <see cref="LzmaRangeDecoder.InputSize"/> long.
    /// </param>
    public LzmaDecoder(byte[] input)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Length, LzmaRangeDecoder.InputSize);
        _input = input;
    }

    /// <summary>Sets lc, lp and pb from LZMA2's properties byte and resets the state. False when the byte is not allowed.</summary>
    public bool TrySetProperties(byte properties)
    {
        if (properties > (4 * 5 + 4) * 9 + 8)
            return false;
        int literalContext = properties % 9;
        int literalPosition = properties / 9 % 5;
        // LZMA2 allows at most four bits of both together, which bounds the literal probabilities.
        if (literalContext + literalPosition > 4)
            return false;
        _literalContextBits = literalContext;
        _literalPositionMask = (1 << literalPosition) - 1;
        _positionMask = (1 << (properties / 45)) - 1;
        ResetState();
        return true;
    }

    public void ResetState()
    {
        Array.Fill(_probabilities, LzmaRangeDecoder.EvenProbability);
        _state = 0;
        _repeat0 = _repeat1 = _repeat2 = _repeat3 = 0;
        _pendingLength = 0;
    }

    /// <summary>Starts on a chunk whose bytes are in the input buffer. False when its first five bytes cannot begin one.</summary>
    public bool TryStartChunk()
    {
        _range = uint.MaxValue;
        _code = BinaryPrimitives.ReadUInt32BigEndian(_input.AsSpan(1));
        _inputPosition = 5;
        return _input[0] == 0;
    }

    /// <summary>Whether the chunk ended cleanly: all its bytes used, no match left half done, nothing left in the range decoder.</summary>
    public bool EndsCleanly(int chunkSize)
    {
        var coder = new LzmaRangeDecoder(_input, _inputPosition, _range, _code);
        coder.Normalise();
        return coder.Position == chunkSize && coder.Code == 0 && _pendingLength == 0;
    }

    /// <summary>
    /// Decodes until the window's position is <paramref name="limit"/>, or until a symbol is invalid: then returns false. A match that
    /// reaches past the limit is finished by the next call.
    /// </summary>
    /// <remarks>
    /// One long method on purpose: the coder's three numbers stay in registers only while nothing is called that is not inlined.
    /// </remarks>
    public bool TryDecode(LzmaWindow window, int limit)
    {
        var coder = new LzmaRangeDecoder(_input, _inputPosition, _range, _code);
        ushort[] p = _probabilities;
        byte[] ring = window.Buffer;
        int position = window.Position;
        // The window's reach grows with each byte written: reach = position + reachOffset, at most the dictionary's size.
        int reachOffset = window.Reach - position;
        int ringSize = window.Size;
        uint dictionarySize = (uint)window.DictionarySize;
        int now = _state;
        uint distance0 = _repeat0;
        uint previous = window.Previous;
        int length = _pendingLength;
        bool valid = true;

        if (length > 0)
        {
            position = CopyMatch(ring, position, distance0, ref length, limit, ringSize);
            previous = ring[position - 1];
        }

        while (position < limit)
        {
            int positionState = position & _positionMask;
            if (!coder.Bit(ref p[IsMatch + (now << 4) + positionState]))
            {
                int literal =
                    Literals
                    + (
                        LiteralSize
                        * (((position & _literalPositionMask) << _literalContextBits) + (int)(previous >> (8 - _literalContextBits)))
                    );
                if (now < FirstMatchState)
                {
                    previous = Literal(ref coder, p.AsSpan(literal, LiteralSize));
                    now = now < 4 ? 0 : now - 3;
                }
                else
                {
                    int back = position - (int)distance0 - 1;
                    previous = MatchedLiteral(ref coder, p.AsSpan(literal, LiteralSize), ring[back < 0 ? back + ringSize : back]);
                    now -= now < 10 ? 3 : 6;
                }

                ring[position++] = (byte)previous;
                continue;
            }

            if (!coder.Bit(ref p[IsRepeat + now]))
            {
                _repeat3 = _repeat2;
                _repeat2 = _repeat1;
                _repeat1 = distance0;
                length = Length(ref coder, p.AsSpan(MatchLength, LengthSize), positionState);
                distance0 = Distance(ref coder, p, length);
                now = now < FirstMatchState ? 7 : 10;
            }
            else if (coder.Bit(ref p[IsRepeat0 + now]))
            {
                distance0 = EarlierDistance(ref coder, p, now, distance0);
                length = Length(ref coder, p.AsSpan(RepeatLength, LengthSize), positionState);
                now = now < FirstMatchState ? 8 : 11;
            }
            else if (coder.Bit(ref p[IsRepeat0Long + (now << 4) + positionState]))
            {
                length = Length(ref coder, p.AsSpan(RepeatLength, LengthSize), positionState);
                now = now < FirstMatchState ? 8 : 11;
            }
            else
            {
                length = 1;
                now = now < FirstMatchState ? 9 : 11;
            }

            if (distance0 >= Math.Min((uint)(position + reachOffset), dictionarySize))
            {
                valid = false;
                break;
            }

            position = CopyMatch(ring, position, distance0, ref length, limit, ringSize);
            previous = ring[position - 1];
        }

        _state = now;
        _repeat0 = distance0;
        _pendingLength = length;
        _inputPosition = coder.Position;
        _range = coder.Range;
        _code = coder.Code;
        window.Advance(position);
        return valid;
    }

    /// <summary>Decodes which of the three distances before the last one comes again, and moves it to the front.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint EarlierDistance(ref LzmaRangeDecoder coder, ushort[] p, int now, uint distance0)
    {
        uint chosen = _repeat1;
        if (coder.Bit(ref p[IsRepeat1 + now]))
        {
            chosen = _repeat2;
            if (coder.Bit(ref p[IsRepeat2 + now]))
            {
                chosen = _repeat3;
                _repeat3 = _repeat2;
            }

            _repeat2 = _repeat1;
        }

        _repeat1 = distance0;
        return chosen;
    }

    /// <summary>Copies a match up to the limit, leaves in <paramref name="length"/> what did not fit, returns the new position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyMatch(byte[] ring, int target, uint distance, ref int length, int limit, int ringSize)
    {
        int count = Math.Min(length, limit - target);
        length -= count;
        int end = target + count;
        int source = target - (int)distance - 1;
        if (source < 0)
            source += ringSize;
        if (distance < 15 || source + count > ringSize)
        {
            CopyBytes(ring, source, target, count, ringSize);
            return end;
        }

        // Sixteen bytes at a time, up to fifteen too many: see LzmaWindow.Overshoot.
        do
        {
            Vector128.Create<byte>(ring.AsSpan(source, 16)).CopyTo(ring.AsSpan(target, 16));
            source += 16;
            target += 16;
        } while (target < end);
        return end;
    }

    /// <summary>The slow way, for what overlaps itself or crosses the ring's end.</summary>
    private static void CopyBytes(byte[] ring, int source, int target, int count, int ringSize)
    {
        for (; count > 0; count--)
        {
            ring[target++] = ring[source++];
            if (source == ringSize)
                source = 0;
        }
    }
}
