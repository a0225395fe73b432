using System.Diagnostics;
using Xunit;

namespace Slipway.Testing;

/// <summary>The xz program of the machine, as a peer to compare with.</summary>
internal static class XzProgram
{
    /// <summary>
    /// Runs xz over the input; skips the test when the program is not there. Arguments as on a command line, split at blanks.
    /// </summary>
    public static byte[] Run(byte[] input, string arguments)
    {
        if (!File.Exists("/usr/bin/xz"))
            Assert.Skip("xz program is not there");
        var start = new ProcessStartInfo("/usr/bin/xz", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task feed = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        feed.Wait();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    public static byte[] Compress(byte[] content, string options = "") => Run(content, $"-zc -T1 --format=xz {options}");

    /// <summary>
    /// Content with runs, repeats near and far, text and noise, so that every kind of LZMA symbol occurs. Same seed, same bytes.
    /// </summary>
    public static byte[] Content(int seed, int size)
    {
        var random = new Random(seed);
        var content = new byte[size];
        int at = 0;
        while (at < size)
        {
            int count = Math.Min(random.Next(1, random.Next(2, 3000)), size - at);
            Span<byte> part = content.AsSpan(at, count);
            switch (random.Next(5))
            {
                case 0:
                    random.NextBytes(part);
                    break;
                case 1:
                    part.Fill((byte)random.Next(256));
                    break;
                case 2:
                    for (int i = 0; i < count; i++)
                        part[i] = (byte)"etaoin shrdlu,\n"[random.Next(random.Next(1, 16))];
                    break;
                case 3 when at > 0:
                    int from = random.Next(at);
                    for (int i = 0; i < count; i++)
                        part[i] = content[from + i];
                    break;
                default:
                    for (int i = 0; i < count; i++)
                        part[i] = (byte)(i * 4);
                    break;
            }

            at += count;
        }

        return content;
    }
}
