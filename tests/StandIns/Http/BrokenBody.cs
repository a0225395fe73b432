namespace Slipway.StandIns;

/// <summary>The body of an answer whose connection breaks in the middle of a document.</summary>
public sealed class BrokenBody() : MemoryStream("{\"name\""u8.ToArray())
{
    public override bool CanSeek => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await base.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw new IOException("reset");
}
