using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Testing;

/// <summary>An upstream mirror, <c>FOLDER/HOST/PATH</c>, and the checksums of what is in it.</summary>
/// <param name="path">Made when the first file comes.</param>
public sealed partial class UpstreamFolder(string path)
{
    public string Path => path;

    /// <summary>The file in place of an address.</summary>
    public string PathOf(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return System.IO.Path.Combine(path, address.Host, address.AbsolutePath.TrimStart('/'));
    }

    /// <summary>Makes or replaces a file.</summary>
    public void Add(Uri address, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(address))!);
        File.WriteAllBytes(PathOf(address), content);
    }

    /// <summary>Puts a small static program at an address, which prints a line when it is run.</summary>
    public void AddProgram(Uri address, Platform platform, string line) => Add(address, StandInProgram.Make(platform, line));

    /// <summary>Puts bytes at an address that no compressor can shorten.</summary>
    public void AddNoise(Uri address, long size)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(address))!);
        using FileStream file = File.Create(PathOf(address));
        byte[] chunk = new byte[1 << 20];
        for (long left = size; left > 0; left -= chunk.Length)
        {
            RandomNumberGenerator.Fill(chunk);
            file.Write(chunk.AsSpan(0, (int)Math.Min(left, chunk.Length)));
        }
    }

    /// <summary>Adds all files of another mirror, by hard links where it can.</summary>
    public async Task AddAllAsync(string other)
    {
        Directory.CreateDirectory(path);
        ChildResult linked = await new ChildProcess("cp", "-rl", other + "/.", path).RunAsync();
        if (linked.ExitCode != 0)
            (await new ChildProcess("cp", "-r", other + "/.", path).RunAsync()).Require();
    }

    /// <summary>Changes one byte in the middle of a file, leaving others that share its content alone.</summary>
    public void Damage(Uri address) => Damage(PathOf(address));

    /// <summary>Changes one byte in the middle of a file, leaving others that share its content alone.</summary>
    public static void Damage(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>A definition with every checksum made that of the file which this mirror has at the address above it.</summary>
    public string Rewrite(string definition)
    {
        string version = Version().Match(definition).Groups[1].Value;
        string url = "";
        List<string> lines = [];
        foreach (string line in definition.Split('\n'))
        {
            if (Url().Match(line) is { Success: true } address)
                url = address.Groups[1].Value;
            lines.Add(
                Checksum()
                    .Replace(line, checksum =>
                    {
                        string architecture = checksum.Groups[2].Value;
                        Uri at = new(
                            url.Replace("{version}", version, StringComparison.Ordinal)
                                .Replace("{arch}", architecture, StringComparison.Ordinal)
                        );
                        using FileStream file = File.OpenRead(PathOf(at));
                        return $"{checksum.Groups[1].Value}{architecture}: sha256:{Convert.ToHexStringLower(SHA256.HashData(file))}";
                    })
            );
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex(@"^version: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^\s+url: (\S+)")]
    private static partial Regex Url();

    [GeneratedRegex(@"^(\s+)(amd64|arm64): sha256:\S+")]
    private static partial Regex Checksum();
}
