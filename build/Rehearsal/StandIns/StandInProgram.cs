using System.Buffers.Binary;
using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal;

/// <summary>
/// A small static ELF program for Linux that prints one line and exits with 0: what stands in for a released program that
/// no package holds. It is real enough to be started in a container of its architecture.
/// </summary>
public static class StandInProgram
{
    private const ulong Base = 0x400000;
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int CodeAt = HeaderSize + ProgramHeaderSize;

    /// <summary>The program's bytes.</summary>
    /// <param name="line">At most 4,096 bytes of UTF-8; a new-line is added.</param>
    /// <exception cref="NotSupportedException">The platform is neither linux/amd64 nor linux/arm64.</exception>
    public static byte[] Make(Platform platform, string line)
    {
        byte[] message = Encoding.UTF8.GetBytes(line + "\n");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length - 1, 4096, nameof(line));
        (ushort machine, byte[] code) = platform switch
        {
            { Os: "linux", Architecture: "amd64" } => ((ushort)62, Amd64(message.Length)),
            { Os: "linux", Architecture: "arm64" } => ((ushort)183, Arm64(message.Length)),
            _ => throw new NotSupportedException($"no stand-in program for {platform}"),
        };
        byte[] image = new byte[CodeAt + code.Length + message.Length];
        WriteHeaders(image, machine);
        code.CopyTo(image, CodeAt);
        message.CopyTo(image, CodeAt + code.Length);
        return image;
    }

    /// <summary>The ELF header and one loadable segment that is the whole file (System V ABI, chapters 4 and 5).</summary>
    private static void WriteHeaders(Span<byte> image, ushort machine)
    {
        ReadOnlySpan<byte> identity = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0];
        identity.CopyTo(image);
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], 2); // ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(image[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(image[24..], Base + CodeAt);
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], 1);

        Span<byte> segment = image[HeaderSize..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1); // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5); // readable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)image.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)image.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x10000);
    }

    /// <summary>write(1, message, length); exit(0).</summary>
    private static byte[] Amd64(int length)
    {
        byte[] code =
        [
            0xB8,
            1,
            0,
            0,
            0, // mov eax, 1
            0xBF,
            1,
            0,
            0,
            0, // mov edi, 1
            0x48,
            0x8D,
            0x35,
            16,
            0,
            0,
            0, // lea rsi, [rip + 16]: the message follows the code
            0xBA,
            0,
            0,
            0,
            0, // mov edx, length
            0x0F,
            0x05, // syscall
            0xB8,
            60,
            0,
            0,
            0, // mov eax, 60
            0x31,
            0xFF, // xor edi, edi
            0x0F,
            0x05, // syscall
        ];
        BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(18), length);
        return code;
    }

    /// <summary>write(1, message, length); exit(0).</summary>
    private static byte[] Arm64(int length)
    {
        const int Instructions = 8;
        uint toMessage = (Instructions - 1) * 4;
        uint[] code =
        [
            0xD2800020, // mov x0, #1
            0x10000001 | ((toMessage >> 2) << 5), // adr x1, message
            0xD2800002 | ((uint)length << 5), // mov x2, #length
            0xD2800808, // mov x8, #64
            0xD4000001, // svc #0
            0xD2800000, // mov x0, #0
            0xD2800BA8, // mov x8, #93
            0xD4000001, // svc #0
        ];
        byte[] bytes = new byte[Instructions * 4];
        for (int i = 0; i < Instructions; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), code[i]);
        return bytes;
    }
}
