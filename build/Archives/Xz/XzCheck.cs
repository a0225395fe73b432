using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Slipway.Archives;

/// <summary>The check over a block's uncompressed bytes (.xz format, sections 2.1.1.2 and 3.4): none, CRC32, CRC64 or SHA-256.</summary>
internal sealed class XzCheck : IDisposable
{
    private const int None = 0x0;
    private const int Crc32 = 0x1;
    private const int Crc64 = 0x4;
    private const int Sha256 = 0xA;

    private readonly int _kind;
    private readonly IncrementalHash? _sha256;
    private XzCrc32 _crc32;
    private XzCrc64 _crc64;

    /// <param name="kind">A check identifier for which <see cref="IsKnown"/> is true.</param>
    public XzCheck(int kind)
    {
        _kind = kind;
        if (kind == Sha256)
            _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>How many bytes the check takes in the file.</summary>
    public int Size =>
        _kind switch
        {
            None => 0,
            Crc32 => 4,
            Crc64 => 8,
            _ => 32,
        };

    public static bool IsKnown(int kind) => kind is None or Crc32 or Crc64 or Sha256;

    public void Add(ReadOnlySpan<byte> data)
    {
        switch (_kind)
        {
            case Crc32:
                _crc32.Add(data);
                break;
            case Crc64:
                _crc64.Add(data);
                break;
            case Sha256:
                _sha256!.AppendData(data);
                break;
        }
    }

    /// <summary>Reads the stored check and compares.</summary>
    public void ReadAndCompare(XzInput input)
    {
        Span<byte> stored = stackalloc byte[32];
        Span<byte> computed = stackalloc byte[32];
        stored = stored[..Size];
        computed = computed[..Size];
        input.ReadExactly(stored);
        switch (_kind)
        {
            case Crc32:
                BinaryPrimitives.WriteUInt32LittleEndian(computed, _crc32.Value);
                break;
            case Crc64:
                BinaryPrimitives.WriteUInt64LittleEndian(computed, _crc64.Value);
                break;
            case Sha256:
                _sha256!.GetHashAndReset(computed);
                break;
        }

        if (!stored.SequenceEqual(computed))
        {
            throw input.Fault(
                $"the block's check does not match its content: wanted {Convert.ToHexStringLower(stored)}, "
                    + $"got {Convert.ToHexStringLower(computed)}"
            );
        }
    }

    public void Dispose() => _sha256?.Dispose();
}
