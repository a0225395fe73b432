using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

public class StandInProgramTests
{
    private const string Line = "kubelet v1.36.4 (stand-in) – äöü";

    [Theory]
    [InlineData("linux/amd64", 62)]
    [InlineData("linux/arm64", 183)]
    public void It_is_a_static_executable_of_its_machine(string platform, int machine)
    {
        byte[] program = StandInProgram.Make(Platform.Parse(platform), Line);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1], program[..7]);
        Assert.Equal((2, machine), (Word(program, 16), Word(program, 18)));
        Assert.Equal((64, 56, 1), (Word(program, 52), Word(program, 54), Word(program, 56)));
        ReadOnlySpan<byte> segment = program.AsSpan(64, 56);
        Assert.Equal((1u, 5u), (BinaryPrimitives.ReadUInt32LittleEndian(segment), BinaryPrimitives.ReadUInt32LittleEndian(segment[4..])));
        ulong at = BinaryPrimitives.ReadUInt64LittleEndian(segment[16..]),
            entry = BinaryPrimitives.ReadUInt64LittleEndian(program.AsSpan(24));
        Assert.Equal((ulong)program.Length, BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]));
        Assert.InRange(entry, at + 120, at + (ulong)program.Length);
        Assert.EndsWith(Line + "\n", Encoding.UTF8.GetString(program), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_line_gives_the_same_program_and_another_line_another()
    {
        Assert.Equal(StandInProgram.Make(Platform.LinuxArm64, Line), StandInProgram.Make(Platform.LinuxArm64, Line));
        Assert.NotEqual(StandInProgram.Make(Platform.LinuxArm64, Line), StandInProgram.Make(Platform.LinuxArm64, "other"));
        Assert.NotEqual(StandInProgram.Make(Platform.LinuxArm64, Line), StandInProgram.Make(Platform.LinuxAmd64, Line));
    }

    [Theory]
    [InlineData("linux/riscv64")]
    [InlineData("windows/amd64")]
    [InlineData("linux/amd64/v3")]
    public void There_is_none_for_other_platforms(string platform)
    {
        if (platform == "linux/amd64/v3")
            Assert.NotEmpty(StandInProgram.Make(Platform.Parse(platform), Line));
        else
            Assert.Throws<NotSupportedException>(() => StandInProgram.Make(Platform.Parse(platform), Line));
    }

    [Fact]
    public void A_line_has_at_most_4096_bytes()
    {
        Assert.NotEmpty(StandInProgram.Make(Platform.LinuxAmd64, new string('x', 4096)));
        Assert.Throws<ArgumentOutOfRangeException>(() => StandInProgram.Make(Platform.LinuxAmd64, new string('x', 4097)));
        Assert.Throws<ArgumentOutOfRangeException>(() => StandInProgram.Make(Platform.LinuxAmd64, new string('ä', 2049)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Line)]
    [InlineData("LONG")]
    public void It_runs_on_amd64_and_prints_its_line(string line)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
            "this machine is no linux/amd64"
        );
        string text = line == "LONG" ? new string('x', 4096) : line;
        Assert.Equal(text + "\n", Run(Platform.LinuxAmd64, text, emulator: null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Line)]
    [InlineData("LONG")]
    public void It_runs_on_arm64_and_prints_its_line(string line)
    {
        string? emulator = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "qemu-aarch64-static"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(emulator is null, "there is no qemu-aarch64-static");
        string text = line == "LONG" ? new string('x', 4096) : line;
        Assert.Equal(text + "\n", Run(Platform.LinuxArm64, text, emulator));
    }

    private static int Word(byte[] program, int at) => BinaryPrimitives.ReadUInt16LittleEndian(program.AsSpan(at));

    private static string Run(Platform platform, string line, string? emulator)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-elf-");
        string path = Path.Combine(folder.FullName, "program");
        File.WriteAllBytes(path, StandInProgram.Make(platform, line));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        ProcessStartInfo start = emulator is null ? new(path) : new(emulator, [path]);
        start.RedirectStandardOutput = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        folder.Delete(recursive: true);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
