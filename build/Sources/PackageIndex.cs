using System.Buffers;
using System.Text;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>
/// What one suite has for one architecture, read from its <c>Packages</c> file (Debian repository format, "Packages
/// Indices"). Holds the needed fields as bytes, about half of the text, and parses a package when it is asked for.
/// Safe for concurrent use once read.
/// </summary>
public sealed class PackageIndex
{
    private const int ChunkSize = 1 << 20;
    private const int LongestStanza = 4 << 20;

    private readonly List<byte[]> _chunks = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, int> _newest = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _providers = new(StringComparer.Ordinal);
    private readonly List<string> _essential = [];
    private int _used = ChunkSize;

    private PackageIndex(string suite, string architecture)
    {
        Suite = suite;
        Architecture = architecture;
    }

    public string Suite { get; }

    /// <summary>The Debian architecture, such as <c>arm64</c>.</summary>
    public string Architecture { get; }

    /// <summary>How many package versions it holds.</summary>
    public int Count => _entries.Count;

    /// <summary>The names of packages marked <c>Essential: yes</c>, in the file's order.</summary>
    public IReadOnlyList<string> EssentialNames => _essential;

    /// <summary>Reads a whole index.</summary>
    /// <param name="packages">The decompressed text; not disposed.</param>
    /// <param name="suite">The suite it belongs to.</param>
    /// <param name="architecture">The Debian architecture it is for.</param>
    /// <exception cref="ContentException">A stanza lacks a needed field or is malformed.</exception>
    public static PackageIndex Read(Stream packages, string suite, string architecture, CancellationToken cancellationToken)
    {
        PackageIndex index = new(suite, architecture);
        ControlReader reader = new(packages, $"{suite} main/binary-{architecture}/Packages", LongestStanza);
        ArrayBufferWriter<byte> stanza = new(4096);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            stanza.ResetWrittenCount();
            PackageStanza.Write(reader, architecture, stanza);
            index.Add(reader, stanza.WrittenSpan);
        }

        return index;
    }

    /// <summary>The newest version of a package; null when the suite has none.</summary>
    public DebianPackage? Find(string name) =>
        _newest.TryGetValue(name, out int at) ? PackageStanza.Read(Bytes(at), Architecture, Suite) : null;

    /// <summary>The names of packages that provide a name, in the file's order; some of their versions may not.</summary>
    public IReadOnlyList<string> NamesProviding(string name) =>
        _providers.TryGetValue(name, out List<string>? names) ? names : [];

    private ReadOnlySpan<byte> Bytes(int at) => _chunks[_entries[at].Chunk].AsSpan(_entries[at].Start, _entries[at].Length);

    private void Add(ControlReader stanza, ReadOnlySpan<byte> bytes)
    {
        string name = stanza.Text("Package"u8);
        _entries.Add(Store(bytes));
        int at = _entries.Count - 1;
        if (!_newest.TryGetValue(name, out int other))
        {
            _newest.Add(name, at);
            if (stanza["Essential"u8].SequenceEqual("yes"u8))
                _essential.Add(name);
        }
        else if (PackageStanza.VersionOf(bytes) > PackageStanza.VersionOf(Bytes(other)))
        {
            _newest[name] = at;
        }

        AddProvides(stanza["Provides"u8], name);
    }

    private Entry Store(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ChunkSize - _used)
        {
            _chunks.Add(new byte[Math.Max(ChunkSize, bytes.Length)]);
            _used = 0;
        }

        Entry entry = new(_chunks.Count - 1, _used, bytes.Length);
        bytes.CopyTo(_chunks[^1].AsSpan(_used));
        _used = Math.Min(ChunkSize, _used + bytes.Length);
        return entry;
    }

    private void AddProvides(ReadOnlySpan<byte> field, string name)
    {
        foreach (Range range in field.Split((byte)','))
        {
            ReadOnlySpan<byte> provided = field[range].TrimStart(" \t\n"u8);
            int end = provided.IndexOfAny(" \t\n(:"u8);
            if (end >= 0)
                provided = provided[..end];
            if (provided.IsEmpty)
                continue;
            string text = Encoding.UTF8.GetString(provided);
            if (!_providers.TryGetValue(text, out List<string>? names))
                _providers.Add(text, names = new List<string>(1));
            if (names.Count == 0 || names[^1] != name)
                names.Add(name);
        }
    }

    private readonly record struct Entry(int Chunk, int Start, int Length);
}
