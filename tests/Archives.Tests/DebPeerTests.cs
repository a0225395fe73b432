using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Slipway.Testing;

namespace Slipway.Archives.Tests;

/// <summary>Packages made by Debian's own programs, and what those programs say is in them.</summary>
public sealed class DebPeerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-peer-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("xz")]
    public async Task What_dpkg_deb_packs_is_what_we_read(string compression)
    {
        string tree = Path.Combine(_folder.FullName, "tree");
        string bin = Path.Combine(tree, "usr/bin");
        string deep = Path.Combine(tree, "usr/share", new string('d', 120), new string('e', 120));
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        Directory.CreateDirectory(bin);
        Directory.CreateDirectory(deep);
        File.WriteAllText(Path.Combine(tree, "DEBIAN/control"), DebBuilder.PlainControl + "Maintainer: A Person <a@example.org>\n");
        byte[] content = XzProgram.Content(1, 300_000);
        File.WriteAllBytes(Path.Combine(bin, "tool"), content);
        File.WriteAllText(Path.Combine(deep, "long"), "deep");
        File.CreateSymbolicLink(Path.Combine(bin, "soft"), "tool");
        Run(tree, "ln", "usr/bin/tool", "usr/bin/hard");
        Run(tree, "chmod", "4755", "usr/bin/tool");
        Run(_folder.FullName, "dpkg-deb", "--root-owner-group", $"-Z{compression}", "--build", "tree", "package.deb");

        DebArchive archive = await Read("package.deb");
        Dictionary<string, DebEntry> entries = archive.Entries.ToDictionary(e => e.Path);

        Assert.Equal("sample", archive.ControlFields["Package"]);
        string[] files = ["usr/bin/hard", "usr/bin/tool"];
        Assert.Contains(files, f => entries[f].Kind == DebEntryKind.File);
        Assert.Contains(files, f => entries[f].Kind == DebEntryKind.HardLink);
        foreach (string file in files)
        {
            Assert.Equal((0x9ED, "root", 300_000L), (entries[file].Mode, entries[file].UserName, entries[file].Size));
            using Stream stream = archive.Open(entries[file]);
            Assert.Equal(SHA256.HashData(content), SHA256.HashData(stream));
        }

        Assert.Equal("tool", entries["usr/bin/soft"].LinkTarget);
        Assert.Equal(4, entries[$"usr/share/{new string('d', 120)}/{new string('e', 120)}/long"].Size);
    }

    [Fact]
    public async Task Real_packages_hold_what_their_own_checksums_say()
    {
        string[] packages = ["coreutils", "busybox-static", "libc6"];
        Run(_folder.FullName, "apt-get", ["download", "-q", .. packages]);
        string[] debs = [.. _folder.EnumerateFiles("*.deb").Select(f => f.Name)];
        Assert.Equal(packages.Length, debs.Length);
        foreach (string deb in debs)
        {
            DebArchive archive = await Read(deb);
            Assert.Contains(archive.ControlFields["Package"], packages);
            Dictionary<string, DebEntry> entries = archive.Entries.ToDictionary(e => e.Path);
            string[] sums = Encoding
                .UTF8.GetString(archive.ControlFiles["md5sums"].Span)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(sums);
            foreach (string line in sums)
            {
                using Stream content = archive.Open(entries[line[34..]]);
#pragma warning disable CA5351 // Debian's md5sums are MD5; nothing is trusted because of them.
                Assert.Equal(line[..32], Convert.ToHexStringLower(MD5.HashData(content)));
#pragma warning restore CA5351
            }

            Run(_folder.FullName, "sh", "-c", $"dpkg-deb --fsys-tarfile '{deb}' | cmp - spool");
        }
    }

    private async Task<DebArchive> Read(string deb)
    {
        await using FileStream stream = File.OpenRead(Path.Combine(_folder.FullName, deb));
        string spool = Path.Combine(_folder.FullName, "spool");
        return await DebArchive.ReadAsync(stream, spool, DebLimits.Default, TestContext.Current.CancellationToken);
    }

    // The test is skipped when the program is not there, or (apt-get) cannot reach its package source within a minute.
    private static void Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not there");
            return;
        }

        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            bool ended = process.WaitForExit(TimeSpan.FromMinutes(1));
            if (!ended)
                process.Kill(entireProcessTree: true);
            if (program == "apt-get" && (!ended || process.ExitCode != 0))
                Assert.Skip("packages cannot be downloaded here");
            Assert.True(ended && process.ExitCode == 0, $"{program}: {error.Result}{output.Result}");
        }
    }
}
