using System.Buffers;
using System.Text;

namespace Slipway.Processes;

/// <summary>
/// Both ends of an output, and how much was between them; takes memory as there is output, and never more than its limit.
/// </summary>
/// <param name="limit">In bytes.</param>
internal sealed class OutputEnds(int limit)
{
    private readonly ArrayBufferWriter<byte> _beginning = new();
    private readonly int _half = limit / 2;
    private byte[] _end = [];

    /// <summary>How much came behind the beginning.</summary>
    private long _behind;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        int first = Math.Min(bytes.Length, limit - _half - _beginning.WrittenCount);
        _beginning.Write(bytes[..first]);
        ReadOnlySpan<byte> last = bytes[Math.Max(first, bytes.Length - _half)..];
        if (last.IsEmpty)
            return;
        if (_end.Length == 0)
            _end = new byte[_half];
        _behind += bytes.Length - first - last.Length;
        int place = (int)(_behind % _half),
            untilTurn = Math.Min(last.Length, _half - place);
        last[..untilTurn].CopyTo(_end.AsSpan(place));
        last[untilTurn..].CopyTo(_end);
        _behind += last.Length;
    }

    /// <summary>As UTF-8; what is none, or was cut, shows as U+FFFD.</summary>
    public override string ToString()
    {
        ReadOnlySpan<byte> beginning = _beginning.WrittenSpan;
        if (_behind <= _half)
            return Encoding.UTF8.GetString([.. beginning, .. _end[..(int)_behind]]);
        int turn = (int)(_behind % _half);
        return $"{Encoding.UTF8.GetString(beginning)}\n… {_behind - _half} bytes left out "
            + $"…\n{Encoding.UTF8.GetString([.. _end[turn..], .. _end[..turn]])}";
    }
}
