using System.Buffers.Binary;
using System.Text;
using Slipway.Oci;

namespace Slipway.Engine.Tests;

/// <summary>What takes an Engine's streams apart, given what it should be given and what it should not.</summary>
public sealed class DecoderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(4096)]
    public async Task Frames_are_told_apart_however_they_arrive(int pieces)
    {
        byte[] stream = [.. Frame(1, "out "), .. Frame(2, "wrong"), .. Frame(1, ""), .. Frame(1, "put"), .. Frame(3, "!")];
        KeptOutput kept = new();
        await OutputFrames.ReadAsync(new Trickle(stream, pieces), kept.Receive, Stop);
        Assert.Equal(("out put", "wrong!"), (kept.Output, kept.Error));
        Assert.False(kept.IsCut);
    }

    [Theory]
    [InlineData("00000000", "ends inside of a frame's header")]
    [InlineData("0100000000000005616263", "ends inside of a frame: 2 bytes are missing")]
    [InlineData("01000000ffffffff616263", "ends inside of a frame: 4294967292 bytes are missing")]
    [InlineData("0000000000000001ff", "wanted the start of a frame")]
    [InlineData("0400000000000001ff", "wanted the start of a frame")]
    [InlineData("0100010000000001ff", "wanted the start of a frame")]
    [InlineData("68656c6c6f2c2077", "wanted the start of a frame")]
    public async Task A_stream_that_is_none_is_refused(string hex, string why)
    {
        using MemoryStream stream = new(Convert.FromHexString(hex));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => OutputFrames.ReadAsync(stream, (_, _) => { }, Stop));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_frame_that_claims_four_gigabytes_takes_no_memory()
    {
        byte[] stream = [.. Convert.FromHexString("01000000ffffffff"), .. new byte[100_000]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        await Assert.ThrowsAsync<ContentException>(() => OutputFrames.ReadAsync(new MemoryStream(stream), (_, _) => { }, Stop));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Kept_output_has_an_end_and_says_so()
    {
        KeptOutput kept = new(10);
        kept.Receive(OutputChannel.StandardOutput, "12345678"u8.ToArray());
        kept.Receive(OutputChannel.StandardOutput, "90abc"u8.ToArray());
        Assert.Equal(("1234567890", 13L, true), (kept.Output, kept.Total, kept.IsCut));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task Messages_are_told_apart_however_they_arrive(int pieces)
    {
        string lines =
            "{\"stream\":\"Step "
            + "1\\n\"}\r\n\r\n{\"id\":\"x\",\"aux\":{\"ID\":\"sha256:1\"}}\n{\"errorDetail\":{\"code\":7,\"message\":\"no\"},\"error\":\"no\"}";
        List<EngineMessage> read = await MessagesAsync(new Trickle(Encoding.UTF8.GetBytes(lines), pieces));
        Assert.Equal(["Step 1\n", null, null], read.Select(message => message.Stream));
        Assert.Equal("sha256:1", read[1].Aux!.Value.GetProperty("ID").GetString());
        Assert.Equal(("no", 7), (read[2].Error, read[2].ErrorCode));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("{\"stream\":1}")]
    [InlineData("{\"stream\":\"x\"")]
    [InlineData("{\"stream\":\"a\",\"stream\":\"b\"}")]
    [InlineData("{\"error\":{}}")]
    [InlineData("{\"aux\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}")]
    public async Task A_line_that_is_no_message_is_refused(string line)
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            MessagesAsync(new MemoryStream(Encoding.UTF8.GetBytes(line)))
        );
        Assert.StartsWith("a message", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_without_words_is_an_error_all_the_same() =>
        Assert.NotNull((await MessagesAsync(new MemoryStream("{\"errorDetail\":{}}"u8.ToArray()))).Single().Error);

    [Fact]
    public async Task A_line_without_end_is_refused_before_it_fills_memory()
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => MessagesAsync(new Endless()));
        Assert.Contains("longer than", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_and_logs_of_a_trace_are_read()
    {
        byte[] step =
        [
            .. Text(1, "sha256:a"),
            .. Text(2, "sha256:0"),
            .. Text(3, "[1/2] RUN \u001b[31mtrue"),
            .. Number(4, 1),
            .. Text(5, "\b\u0001"),
            .. Text(6, "\b\u0002"),
            .. Text(7, "bad"),
        ];
        byte[] log = [.. Text(1, "sha256:a"), .. Number(3, 1), .. Text(4, "hello\n")];
        BuildTrace trace = BuildTrace.Parse([.. Text(2, "whatever"), .. Bytes(1, step), .. Bytes(3, log), .. Number(99, 5)]);
        Assert.Equal(
            new BuildStep("sha256:a", "[1/2] RUN ?[31mtrue")
            {
                IsCached = true,
                HasStarted = true,
                IsComplete = true,
                Error = "bad",
            },
            trace.Steps.Single()
        );
        Assert.Equal(new BuildLog("sha256:a", "hello\n"), trace.Logs.Single());
    }

    [Theory]
    [InlineData("0a", "ends inside of a number")]
    [InlineData("0aff", "ends inside of a number")]
    [InlineData("0a05616263", "ends inside of a field")]
    [InlineData("0affffffffffffffffff01", "ends inside of a field")]
    [InlineData("0affffffffffffffffff7f", "beyond 64 bits")]
    [InlineData("0b", "wire type 3")]
    [InlineData("0200", "without a number")]
    [InlineData("0a02120a", "ends inside of a field")]
    [InlineData("0901", "ends inside of a field")]
    public void A_trace_that_is_none_is_refused(string hex, string why)
    {
        ContentException e = Assert.Throws<ContentException>(() => BuildTrace.Parse(Convert.FromHexString(hex)));
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_a_trace_is_read_or_refused_and_nothing_else()
    {
        Random random = new(20_261_121);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
                bytes[0] = (byte)(random.Next(2) == 0 ? 0x0A : 0x1A);
            try
            {
                BuildTrace.Parse(bytes);
            }
            catch (ContentException)
            {
                // Refused is fine.
            }
        }
    }

    internal static byte[] Frame(byte channel, string text)
    {
        byte[] frame = new byte[8 + text.Length];
        frame[0] = channel;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)text.Length);
        Encoding.ASCII.GetBytes(text, frame.AsSpan(8));
        return frame;
    }

    internal static byte[] Bytes(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];

    internal static byte[] Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, byte value) =>
        field < 16 ? [(byte)(field << 3), value] : [(byte)((field << 3) & 0x7F | 0x80), (byte)(field >> 4), value];

    private static async Task<List<EngineMessage>> MessagesAsync(Stream stream)
    {
        List<EngineMessage> read = [];
        await foreach (EngineMessage message in EngineMessages.ReadAsync(stream, Stop))
            read.Add(message);
        return read;
    }

    /// <summary>Gives at most so many bytes at a time.</summary>
    private sealed class Trickle(byte[] bytes, int pieces) : ReadOnlyStream
    {
        private readonly MemoryStream _inner = new(bytes);

        public override int Read(Span<byte> buffer) => _inner.Read(buffer[..Math.Min(pieces, buffer.Length)]);
    }

    private sealed class Endless : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            buffer[0] = (byte)'{';
            return buffer.Length;
        }
    }
}
