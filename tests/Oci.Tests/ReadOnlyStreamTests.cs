namespace Slipway.Oci.Tests;

public sealed class ReadOnlyStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_way_of_reading_leads_to_the_one_that_is_given()
    {
        using Digits digits = new();
        byte[] three = new byte[3];
        Assert.Equal(1, digits.Read(three));
        Assert.Equal(1, digits.Read(three, 1, 2));
        Assert.Equal(1, await digits.ReadAsync(three.AsMemory(2), Stop));
        Assert.Equal("012"u8, three);
#pragma warning disable CA1835 // The old way is the one meant here.
        Assert.Equal(1, await digits.ReadAsync(three, 2, 1, Stop));
#pragma warning restore CA1835
        Assert.Equal("013"u8, three);
        Assert.Equal('4', digits.ReadByte());
        using MemoryStream rest = new();
        await digits.CopyToAsync(rest, Stop);
        Assert.Equal("56789"u8, rest.ToArray());
    }

    [Fact]
    public async Task A_read_that_was_cancelled_takes_nothing_and_one_that_fails_says_so()
    {
        using Digits digits = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => digits.ReadAsync(new byte[1], new CancellationToken(true)).AsTask());
        Assert.Equal('0', digits.ReadByte());
        digits.Fails = true;
        await Assert.ThrowsAsync<ContentException>(() => digits.ReadAsync(new byte[1], Stop).AsTask());
    }

    [Fact]
    public void What_would_write_or_move_is_not_supported()
    {
        using Digits digits = new();
        Assert.Equal((true, false, false), (digits.CanRead, digits.CanSeek, digits.CanWrite));
        foreach (
            Action act in (Action[])
                [
                    () => digits.Write([1], 0, 1),
                    () => digits.WriteByte(1),
                    () => digits.SetLength(1),
                    () => digits.Seek(0, SeekOrigin.Begin),
                    () => digits.Position = 0,
                    () => _ = digits.Position,
                    () => _ = digits.Length,
                ]
        )
        {
            Assert.Throws<NotSupportedException>(act);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => digits.Read(new byte[1], 1, 1));
        digits.Flush();
    }

    /// <summary>The ten digits, one with each read.</summary>
    private sealed class Digits : ReadOnlyStream
    {
        private int _next;

        public bool Fails { get; set; }

        public override int Read(Span<byte> buffer)
        {
            if (Fails)
                throw new ContentException("broken");
            if (_next == 10 || buffer.IsEmpty)
                return 0;
            buffer[0] = (byte)('0' + _next++);
            return 1;
        }
    }
}
