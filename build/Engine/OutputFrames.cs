using System.Buffers.Binary;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>Which of a container's streams a piece of output came from.</summary>
public enum OutputChannel
{
    StandardOutput = 1,
    StandardError = 2,
}

/// <summary>
/// Takes a container's multiplexed output apart (Engine API, "ContainerAttach", stream format): frames of 8 bytes of header (channel,
/// three zeros, length as big-endian 32 bits) and their content. Memory stays the same whatever a header claims.
/// </summary>
public static class OutputFrames
{
    private const int HeaderSize = 8;
    private const int BufferSize = 64 * 1024;

    /// <summary>Reads to the stream's end, handing every piece over as it comes; a piece is valid only during the call.</summary>
    /// <exception cref="ContentException">It is no such stream, or it ends inside of a frame.</exception>
    public static async Task ReadAsync(
        Stream stream,
        Action<OutputChannel, ReadOnlyMemory<byte>> receive,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(receive);
        byte[] header = new byte[HeaderSize],
            buffer = new byte[BufferSize];
        int got;
        while ((got = await stream.ReadAtLeastAsync(header, HeaderSize, throwOnEndOfStream: false, cancellationToken)) > 0)
        {
            if (got < HeaderSize)
                throw new ContentException($"the output ends inside of a frame's header: wanted {HeaderSize} bytes, got {got}");
            // 3 is the Engine's own complaint about the stream, of later versions; 0 would be an echo of standard input.
            if (header[0] is not (1 or 2 or 3) || header[1] != 0 || header[2] != 0 || header[3] != 0)
                throw new ContentException($"wanted the start of a frame in the output, got {Convert.ToHexStringLower(header)}");
            OutputChannel channel = header[0] == 1 ? OutputChannel.StandardOutput : OutputChannel.StandardError;
            long left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            while (left > 0)
            {
                int count = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                if (count == 0)
                    throw new ContentException($"the output ends inside of a frame: {left} bytes are missing");
                receive(channel, buffer.AsMemory(0, count));
                left -= count;
            }
        }
    }
}
