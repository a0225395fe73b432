using Slipway.Oci;

namespace Slipway.Layers;

/// <summary>
/// A tar archive on its way to a reader that asks for a long name or a pax header in one piece, however long that says it is: no piece is
/// longer than a mebibyte. Contents are read in smaller ones. Leaves the archive open.
/// </summary>
internal sealed class ArchiveHeaders(Stream archive) : ReadOnlyStream
{
    private const int Longest = 1 << 20;

    /// <exception cref="InvalidDataException">A header wants to be longer.</exception>
    public override int Read(Span<byte> buffer) =>
        buffer.Length <= Longest
            ? archive.Read(buffer)
            : throw new InvalidDataException($"a long name or pax header wanted at most {Longest} bytes, got {buffer.Length}");
}
