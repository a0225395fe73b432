using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>What an ELF file of a platform must say of itself, and where its loader searches.</summary>
/// <param name="Class">Its word size.</param>
/// <param name="Number">e_machine, from the registry of the gABI.</param>
/// <param name="Tuple">Debian's multiarch tuple, a part of library directories' names (Debian policy, 9.1.1).</param>
public sealed record ElfMachine(ElfClass Class, ushort Number, string Tuple)
{
    /// <summary>EM_X86_64.</summary>
    public static readonly ElfMachine Amd64 = new(ElfClass.Elf64, 62, "x86_64-linux-gnu");

    /// <summary>EM_AARCH64.</summary>
    public static readonly ElfMachine Arm64 = new(ElfClass.Elf64, 183, "aarch64-linux-gnu");

    /// <exception cref="ContentException">No image is made for that platform.</exception>
    public static ElfMachine Of(Platform platform) =>
        platform switch
        {
            { Os: "linux", Architecture: "amd64" } => Amd64,
            { Os: "linux", Architecture: "arm64" } => Arm64,
            _ => throw new ContentException($"{platform}: no machine is known for it; known are linux/amd64 and linux/arm64"),
        };

    /// <summary>Whether a file is for this machine.</summary>
    public bool Fits(ElfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.IsLittleEndian && file.Class == Class && file.Machine == Number;
    }

    /// <summary>A file's own machine in a few words, for people.</summary>
    public static string NameOf(ElfFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        string machine = file.Machine switch
        {
            3 => "i386",
            8 => "mips",
            20 => "ppc",
            21 => "ppc64",
            22 => "s390",
            40 => "arm",
            62 => "x86-64",
            183 => "aarch64",
            243 => "riscv",
            247 => "bpf",
            258 => "loongarch",
            var other => $"machine {other}",
        };
        return $"{machine}, {(file.Class == ElfClass.Elf64 ? 64 : 32)} bits, {(file.IsLittleEndian ? "little" : "big")}-endian";
    }
}
