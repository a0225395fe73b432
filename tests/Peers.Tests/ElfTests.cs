using System.Text.RegularExpressions;
using Slipway.Elf;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What we read of this machine's own libraries and programs is what readelf reads.</summary>
public sealed partial class ElfTests
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"];

    [Fact]
    public async Task Readelf_reads_the_same_of_every_library_and_many_programs_of_this_machine()
    {
        PeerProgram readelf = await PeerPrograms.RequireAsync(Peer.Readelf);
        string[] files = [.. Folders.Where(Directory.Exists).SelectMany(Several).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 50, $"only {files.Length} ELF files are here");
        foreach (string[] some in files.Chunk(100))
        {
            ChildResult said = (await readelf.With(["-W", "-h", "-l", "-d", "-V", .. some]).RunAsync()).Require();
            string[] parts = [.. ("\n" + said.Output).Split("\nFile: ")[1..]];
            Assert.Equal(some.Length, parts.Length);
            for (int i = 0; i < some.Length; i++)
                Assert.Equal(Theirs(parts[i]), Ours(some[i]));
        }
    }

    private static IEnumerable<string> Several(string folder) =>
        Directory
            .EnumerateFiles(folder)
            .Where(path => new FileInfo(path) is { LinkTarget: null } && IsElf(path))
            .Order(StringComparer.Ordinal)
            .Take(400);

    private static bool IsElf(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return file.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && ElfFile.HasMagic(start);
    }

    private static string Ours(string path)
    {
        using FileStream content = File.OpenRead(path);
        ElfFile file = ElfFile.Read(content)!;
        return Lines(
            path,
            file.Class == ElfClass.Elf64 ? "ELF64" : "ELF32",
            file.Type switch
            {
                ElfType.Relocatable => "REL",
                ElfType.Executable => "EXEC",
                ElfType.Shared => "DYN",
                _ => "?",
            },
            file.Machine switch
            {
                62 => "Advanced Micro Devices X86-64",
                183 => "AArch64",
                var other => $"{other}",
            },
            file.Interpreter,
            file.SoName,
            string.Join(' ', file.Needed),
            string.Join(':', file.RPath),
            string.Join(':', file.RunPath),
            string.Join(
                ' ',
                file.NeededVersions.Select(version => $"{version.Library}/{version.Version}{(version.IsWeak ? "/weak" : "")}")
            ),
            string.Join(' ', file.DefinedVersions)
        );
    }

    private static string Theirs(string said)
    {
        List<string> needed = [],
            defined = [];
        string library = "",
            section = "";
        foreach (string line in said.Split('\n'))
        {
            if (line.StartsWith("Version ", StringComparison.Ordinal))
                section = line;
            if (section.StartsWith("Version needs", StringComparison.Ordinal) && NeededFile().Match(line) is { Success: true } file)
                library = file.Groups[1].Value;
            else if (section.StartsWith("Version needs", StringComparison.Ordinal) && NeededName().Match(line) is { Success: true } name)
                needed.Add(
                    $"{library}/{name.Groups[1].Value}{(name.Groups[2].Value.Contains("WEAK", StringComparison.Ordinal) ? "/weak" : "")}"
                );
            else if (
                section.StartsWith("Version definition", StringComparison.Ordinal) && DefinedName().Match(line) is { Success: true } version
            )
                defined.Add(version.Groups[1].Value);
        }

        string One(string pattern) => Regex.Match(said, pattern, RegexOptions.Multiline).Groups[1].Value;
        return Lines(
            said.Split('\n')[0].Trim(),
            One(@"^  Class:\s+(\S+)"),
            One(@"^  Type:\s+(\S+)"),
            One(@"^  Machine:\s+(.*\S)"),
            One(@"Requesting program interpreter: (.*)\]"),
            One(@"Library soname: \[(.*)\]"),
            string.Join(' ', Regex.Matches(said, @"Shared library: \[(.*)\]").Select(match => match.Groups[1].Value)),
            One(@"Library rpath: \[(.*)\]"),
            One(@"Library runpath: \[(.*)\]"),
            string.Join(' ', needed),
            string.Join(' ', defined)
        );
    }

    private static string Lines(params string?[] parts) => string.Join('\n', parts);

    [GeneratedRegex(@"Version: \d+\s+File: (\S+)\s+Cnt:")]
    private static partial Regex NeededFile();

    [GeneratedRegex(@"Name: (\S+)\s+Flags: (.*?)\s+Version:")]
    private static partial Regex NeededName();

    [GeneratedRegex(@"Rev: \d+\s+Flags: .*Name: (\S+)")]
    private static partial Regex DefinedName();
}
