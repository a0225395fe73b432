using System.Buffers;
using System.Text;

namespace Slipway.Engine;

/// <summary>
/// A container's output as far as it is kept: the beginning of each stream, up to a limit; the rest is counted and let go.
/// </summary>
/// <param name="limit">In bytes, for each stream.</param>
public sealed class KeptOutput(int limit = KeptOutput.DefaultLimit)
{
    public const int DefaultLimit = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();

    /// <summary>How much there was on both streams, in bytes.</summary>
    public long Total { get; private set; }

    /// <summary>Standard output; what is no UTF-8 shows as U+FFFD.</summary>
    public string Output => Encoding.UTF8.GetString(_output.WrittenSpan);

    /// <inheritdoc cref="Output"/>
    public string Error => Encoding.UTF8.GetString(_error.WrittenSpan);

    /// <summary>Whether something was let go.</summary>
    public bool IsCut => Total > _output.WrittenCount + _error.WrittenCount;

    public void Receive(OutputChannel channel, ReadOnlyMemory<byte> bytes)
    {
        ArrayBufferWriter<byte> kept = channel == OutputChannel.StandardOutput ? _output : _error;
        Total += bytes.Length;
        kept.Write(bytes.Span[..Math.Min(bytes.Length, limit - kept.WrittenCount)]);
    }
}
