using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Slipway.Benchmarks;

/// <summary>The .xz bytes to decode, in a file of their own that is gone when disposed.</summary>
internal sealed class XzInput : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-benchmark-").FullName;

    /// <param name="source">An .xz file, a .deb whose data.tar.xz is meant, or null: this program's own runtime, packed by xz.</param>
    public XzInput(string? source)
    {
        Path = System.IO.Path.Combine(_folder, "input.xz");
        if (source is null)
            Pack();
        else if (source.EndsWith(".xz", StringComparison.Ordinal))
            File.Copy(source, Path);
        else
            TakeOut(File.ReadAllBytes(source));
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Pack()
    {
        string plain = System.IO.Path.Combine(_folder, "input");
        using (FileStream all = File.Create(plain))
        {
            foreach (
                string file in Directory
                    .EnumerateFiles(AppContext.GetData("FX_DEPS_FILE") is string deps ? System.IO.Path.GetDirectoryName(deps)! : "/usr/bin")
                    .Order(StringComparer.Ordinal)
            )
            {
                using FileStream one = File.OpenRead(file);
                one.CopyTo(all);
            }
        }

        using Process xz = Process.Start("xz", ["-T1", "-6", plain]);
        xz.WaitForExit();
    }

    // The members of an ar archive (deb(5)): a header of 60 bytes, the size in decimal at 48, then the content, padded to an even length.
    private void TakeOut(byte[] deb)
    {
        for (int at = 8; at + 60 <= deb.Length; )
        {
            int size = int.Parse(Encoding.ASCII.GetString(deb, at + 48, 10).Trim(), CultureInfo.InvariantCulture);
            if (Encoding.ASCII.GetString(deb, at, 16).Trim() == "data.tar.xz")
            {
                File.WriteAllBytes(Path, deb.AsSpan(at + 60, size));
                return;
            }

            at += 60 + size + (size & 1);
        }

        throw new InvalidDataException("the .deb holds no data.tar.xz");
    }
}
