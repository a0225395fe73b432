using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Slipway.Oci.Tests;

/// <summary>Layers to write, and readers of them that are not ours.</summary>
internal static class Sample
{
    /// <summary>An entry of each kind, with each attribute that differs from the usual somewhere.</summary>
    public static LayerEntry[] Everything =>
        [
            LayerEntry.Directory("bin", "test"),
            LayerEntry.File("bin/su", "su\n"u8.ToArray(), "test", 0b100_111_101_101) with
            {
                ModifiedTime = 1_700_000_000,
            },
            HardLink("bin/su.hard", "bin/su") with
            {
                Mode = 0b100_111_101_101,
                ModifiedTime = 1_700_000_000,
            },
            LayerEntry.File("long/" + new string('n', 200), "x"u8.ToArray(), "test"),
            LayerEntry.SymbolicLink("sbin", "bin", "test"),
            LayerEntry.Directory("tmp", "test", 0b1_111_111_111) with
            {
                UserId = 1000,
                GroupId = 65_534,
            },
        ];

    public static LayerEntry HardLink(string path, string target) =>
        new()
        {
            Path = path,
            Kind = LayerEntryKind.HardLink,
            Mode = 0b110_100_100,
            LinkTarget = target,
            Owner = "test",
        };

    public static (Layer Layer, byte[] Blob) Write(params LayerEntry[] entries)
    {
        using MemoryStream blob = new();
        Layer layer = LayerWriter.Write("a layer", entries, blob, TestContext.Current.CancellationToken);
        return (layer, blob.ToArray());
    }

    public static byte[] Unpack(byte[] blob)
    {
        using MemoryStream tar = new();
        using GZipStream gzip = new(new MemoryStream(blob), CompressionMode.Decompress);
        gzip.CopyTo(tar);
        return tar.ToArray();
    }

    public static List<TarEntry> Read(byte[] blob)
    {
        List<TarEntry> entries = [];
        using TarReader tar = new(new GZipStream(new MemoryStream(blob), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
            entries.Add(entry);
        return entries;
    }

    public static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        uint state = 1;
        for (int i = 0; i < length; i++)
        {
            state = (state * 1_664_525) + 1_013_904_223;
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }

    /// <summary>What a program prints; null when it is not there.</summary>
    public static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
