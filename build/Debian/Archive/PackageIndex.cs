using System.Buffers;
using System.Text;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>
/// What one suite has for one architecture, read from its <c>Packages</c> file (Debian repository format, "Packages
/// Indices"). Holds the needed fields as bytes, about half of the text, and parses a package when it is asked for.
/// Safe for concurrent use once read.
/// </summary>
public sealed class PackageIndex
{
    // Below the size from which on the runtime keeps arrays apart and collects them late.
    private const int ChunkSize = 64 << 10;
    private const int LongestStanza = 4 << 20;

    private readonly List<byte[]> _chunks = [];
    private readonly List<Stanza> _stanzas = [];

    // Hashes instead of names: a tenth of the memory. What two names share a hash is told apart by reading the stanza.
    private readonly List<(int Hash, int Stanza)> _names = [];
    private readonly List<(int Hash, int Stanza)> _provided = [];
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
    public int Count => _stanzas.Count;

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

        index._names.Sort();
        index._provided.Sort();
        return index;
    }

    /// <summary>The newest version of a package; null when the suite has none.</summary>
    public DebianPackage? Find(string name)
    {
        DebianPackage? newest = null;
        foreach (DebianPackage package in FindAll(name))
        {
            if (newest is null || package.Version > newest.Version)
                newest = package;
        }

        return newest;
    }

    /// <summary>Every version of a package that the suite has, in the file's order.</summary>
    public IEnumerable<DebianPackage> FindAll(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        return WithHash(_names, bytes)
            .Where(at => PackageStanza.NameOf(Bytes(at)).SequenceEqual(bytes))
            .Select(at => PackageStanza.Read(Bytes(at), Architecture, Suite));
    }

    /// <summary>
    /// The names of packages of which some version provides a name, in the file's order. By chance one may be among them
    /// that does not: <see cref="DebianPackage.DoesProvide"/> tells.
    /// </summary>
    public IReadOnlyList<string> NamesProviding(string name) =>
        [
            .. WithHash(_provided, Encoding.UTF8.GetBytes(name))
                .Select(at => Encoding.UTF8.GetString(PackageStanza.NameOf(Bytes(at))))
                .Distinct(),
        ];

    /// <summary>
    /// Where the file first mentions a package, the fields of a stanza in the order in which apt reads them: the name,
    /// Pre-Depends, Depends, Conflicts, Breaks, Recommends, Suggests, Replaces, Enhances, Provides. Looks through the
    /// whole file; null when it does not.
    /// </summary>
    internal (int Stanza, int Position)? FirstMention(string name)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        byte[] architecture = Encoding.UTF8.GetBytes(Architecture);
        for (int at = 0; at < _stanzas.Count; at++)
        {
            int position = PackageStanza.MentionOf(Bytes(at), bytes, architecture);
            if (position >= 0)
                return (at, position);
        }

        return null;
    }

    private static IEnumerable<int> WithHash(List<(int Hash, int Stanza)> sorted, byte[] name)
    {
        int hash = HashOf(name);
        int at = sorted.BinarySearch((hash, -1));
        for (at = at < 0 ? ~at : at; at < sorted.Count && sorted[at].Hash == hash; at++)
            yield return sorted[at].Stanza;
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        HashCode hash = default;
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private ReadOnlySpan<byte> Bytes(int at) => _chunks[_stanzas[at].Chunk].AsSpan(_stanzas[at].Start, _stanzas[at].Length);

    private void Add(ControlReader stanza, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ChunkSize - _used)
        {
            _chunks.Add(new byte[Math.Max(ChunkSize, bytes.Length)]);
            _used = 0;
        }

        bytes.CopyTo(_chunks[^1].AsSpan(_used));
        _stanzas.Add(new Stanza(_chunks.Count - 1, _used, bytes.Length));
        _used = Math.Min(ChunkSize, _used + bytes.Length);

        int at = _stanzas.Count - 1;
        _names.Add((HashOf(stanza["Package"u8]), at));
        if (stanza["Essential"u8].SequenceEqual("yes"u8))
            _essential.Add(stanza.Text("Package"u8));
        AddProvides(stanza["Provides"u8], at);
    }

    private void AddProvides(ReadOnlySpan<byte> field, int at)
    {
        foreach (Range range in field.Split((byte)','))
        {
            ReadOnlySpan<byte> provided = field[range].TrimStart(" \t\n"u8);
            int end = provided.IndexOfAny(" \t\n(:"u8);
            if (end >= 0)
                provided = provided[..end];
            if (!provided.IsEmpty)
                _provided.Add((HashOf(provided), at));
        }
    }

    private readonly record struct Stanza(int Chunk, int Start, int Length);
}
