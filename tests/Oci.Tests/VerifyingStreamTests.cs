using System.Text;

namespace Slipway.Oci.Tests;

public class VerifyingStreamTests
{
    private static readonly Descriptor Hello = Descriptor.Of("text/plain", "hello"u8);

    [Fact]
    public async Task The_right_bytes_pass_and_the_end_may_be_read_again()
    {
        VerifyingStream stream = VerifyingStream.Over(new MemoryStream("hello"u8.ToArray()), Hello, "greeting");
        Assert.Equal("hello"u8.ToArray(), await Bytes.OfAsync(stream));
        Assert.Equal(0, await stream.ReadAsync(new byte[1], CancellationToken.None));
        Assert.Equal(0, stream.Read(new byte[1]));
    }

    [Theory]
    [InlineData("jello", "sha256 wanted")]
    [InlineData("hell", "wanted 5 bytes, got 4")]
    [InlineData("", "wanted 5 bytes, got 0")]
    [InlineData("hello!", "wanted 5 bytes, got more")]
    public async Task Other_bytes_fail_with_what_was_wanted(string text, string named)
    {
        foreach (bool sync in new[] { true, false })
        {
            VerifyingStream stream = VerifyingStream.Over(new MemoryStream(Encoding.UTF8.GetBytes(text)), Hello, "greeting");
            ContentException e = sync
                ? Assert.Throws<ContentException>(() => stream.CopyTo(new MemoryStream()))
                : await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(stream));
            Assert.StartsWith("greeting: ", e.Message, StringComparison.Ordinal);
            Assert.Contains(named, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stream_without_end_is_stopped_at_the_wanted_size_and_hands_nothing_more_out()
    {
        MemoryStream kept = new();
        await Assert.ThrowsAsync<ContentException>(() =>
            VerifyingStream.Over(new Endless(), Hello, "endless").CopyToAsync(kept, CancellationToken.None)
        );
        Assert.True(kept.Length <= Hello.Size);
    }

    [Fact]
    public async Task Without_a_known_size_the_limit_holds_and_the_digest_decides()
    {
        Assert.Equal(5, (await Bytes.OfAsync(Unsized("hello", 5))).Length);
        await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(Unsized("hello", 4)));
        await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(Unsized("hell", 5)));
    }

    [Fact]
    public async Task A_failure_is_not_forgotten_by_reading_on()
    {
        VerifyingStream other = VerifyingStream.Over(new MemoryStream("jello"u8.ToArray()), Hello, "greeting");
        VerifyingStream empty = new(new MemoryStream("hello"u8.ToArray()), Digest.Of([]), null, 100, "nothing");
        foreach (VerifyingStream stream in new[] { other, empty })
        {
            await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(stream));
            await Assert.ThrowsAsync<ContentException>(() => Bytes.OfAsync(stream));
        }
    }

    [Fact]
    public async Task A_SHA_512_digest_is_proven_as_well()
    {
        Digest digest = Digest.FromHash("sha512", System.Security.Cryptography.SHA512.HashData("hello"u8));
        Assert.Equal(
            5,
            (
                await Bytes.OfAsync(VerifyingStream.Over(new MemoryStream("hello"u8.ToArray()), Hello with { Digest = digest }, "greeting"))
            ).Length
        );
        await Assert.ThrowsAsync<ContentException>(() =>
            Bytes.OfAsync(VerifyingStream.Over(new MemoryStream("jello"u8.ToArray()), Hello with { Digest = digest }, "greeting"))
        );
    }

    [Fact]
    public void Disposing_disposes_the_inner_stream()
    {
        MemoryStream inner = new();
        VerifyingStream.Over(inner, Hello, "greeting").Dispose();
        Assert.False(inner.CanRead);
    }

    private static VerifyingStream Unsized(string text, long limit) =>
        new(new MemoryStream(Encoding.UTF8.GetBytes(text)), Hello.Digest, null, limit, "unsized");

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Fill((byte)'h');
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
