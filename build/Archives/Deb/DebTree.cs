namespace Slipway.Archives;

/// <summary>
/// The members of a tar, each checked against those before it: directories come before what they hold (dpkg-deb writes them so),
/// which also rules out a path beneath a symbolic link or a file; no path comes twice but as a directory; hard links name earlier files;
/// symbolic links do not climb above the root. Names that differ in case are different names, as they are in an image: iptables has
/// <c>libxt_MARK.so</c> and <c>libxt_mark.so</c>.
/// </summary>
internal sealed class DebTree(string member, DebLimits limits)
{
    private const int ImpliedMode = 0b111_101_101;
    private readonly Dictionary<string, int> _byPath = new(StringComparer.Ordinal);
    private readonly List<DebEntry> _entries = [];
    private int _members;
    private long _nameCharacters;

    /// <summary>
    /// Reads the whole archive. In archive order; the root directory is left out, a repeated directory comes once, as it was last.
    /// </summary>
    public static IReadOnlyList<DebEntry> Read(Stream archive, string member, DebLimits limits, CancellationToken cancellationToken)
    {
        var tree = new DebTree(member, limits);
        string where = member;
        try
        {
            var scanner = new TarScanner(archive, limits.ForeignAttributes);
            while (scanner.Next() is { } found)
            {
                cancellationToken.ThrowIfCancellationRequested();
                where = $"{member} {found.Header.Name}";
                tree.Add(found);
                where = $"{member} after {found.Header.Name}";
            }
        }
        catch (FormatException e)
        {
            throw new DebException(where, e.Message, e);
        }

        return tree._entries;
    }

    private void Add(TarMember found)
    {
        if (++_members > limits.Entries)
            throw new DebException(member, $"too many members: the limit is {limits.Entries}");
        TarHeader header = found.Header;
        DebEntryKind kind = KindOf(header.Type);
        string path = DebPath.Normalise(header.Name);
        if ((_nameCharacters += header.Name.Length + header.LinkName.Length) > limits.NameCharacters)
            throw new DebException(member, $"too many characters in names: the limit is {limits.NameCharacters}");
        if (kind != DebEntryKind.Directory && (path.Length == 0 || header.Name.EndsWith('/')))
            throw new FormatException("only a directory can have this name");
        if (kind != DebEntryKind.File && header.Size != 0)
            throw new FormatException($"only a file has content, this member says it has {header.Size} bytes");
        if (path.Length == 0)
            return;

        RequireDirectory(DebPath.Parent(path), header);
        Insert(Linked(Describe(header, kind, path, found.Offset), header.LinkName));
    }

    private void RequireDirectory(string path, TarHeader of)
    {
        if (path.Length == 0 || Find(path) is { Kind: DebEntryKind.Directory })
            return;
        if (!limits.ImpliedDirectories || Find(path) is not null)
            throw new FormatException($"\"{path}\", which should hold it, is not a directory of this archive");
        RequireDirectory(DebPath.Parent(path), of);
        Insert(Describe(of with { Mode = ImpliedMode, Size = 0 }, DebEntryKind.Directory, path, 0));
    }

    private static DebEntryKind KindOf(char type) =>
        type switch
        {
            '0' or '\0' => DebEntryKind.File,
            '1' => DebEntryKind.HardLink,
            '2' => DebEntryKind.SymbolicLink,
            '3' or '4' => throw new FormatException("device nodes are not allowed"),
            '5' => DebEntryKind.Directory,
            '6' => throw new FormatException("named pipes are not allowed"),
            'S' => throw new FormatException("sparse files are not supported"),
            _ => throw new FormatException($"the member type 0x{(int)type:x2} is not supported"),
        };

    private static DebEntry Describe(TarHeader header, DebEntryKind kind, string path, long offset) =>
        new()
        {
            Path = path,
            Kind = kind,
            Mode = header.Mode,
            UserId = Identity(header.UserId, "user"),
            GroupId = Identity(header.GroupId, "group"),
            UserName = header.UserName,
            GroupName = header.GroupName,
            ModifiedTime = header.ModifiedTime,
            Size = header.Size,
            Offset = kind == DebEntryKind.File ? offset : 0,
        };

    private static int Identity(long value, string of) =>
        value <= int.MaxValue ? (int)value : throw new FormatException($"the {of} id {value} is out of range");

    private DebEntry Linked(DebEntry entry, string target)
    {
        switch (entry.Kind)
        {
            case DebEntryKind.SymbolicLink:
                if (target.Length is 0 or > 4095 || target.Any(char.IsControl))
                    throw new FormatException("the target of a symbolic link is empty, too long or holds a control character");
                if (DebPath.ClimbsOut(entry.Path, target))
                    throw new FormatException($"the target of a symbolic link leads out of the root: \"{target}\"");
                return entry with { LinkTarget = target };
            case DebEntryKind.HardLink:
                DebEntry? file = Find(DebPath.Normalise(target));
                if (file?.Kind is not (DebEntryKind.File or DebEntryKind.HardLink))
                    throw new FormatException("a hard link must name an earlier file of the archive");
                return entry with { LinkTarget = file.LinkTarget ?? file.Path, Size = file.Size, Offset = file.Offset };
            default:
                return target.Length == 0 ? entry : throw new FormatException("only a link can have a target");
        }
    }

    private void Insert(DebEntry entry)
    {
        if (_byPath.TryAdd(entry.Path, _entries.Count))
            _entries.Add(entry);
        else if (entry.Kind == DebEntryKind.Directory && Find(entry.Path)?.Kind == DebEntryKind.Directory)
            _entries[_byPath[entry.Path]] = entry;
        else
            throw new FormatException("the path comes twice");
    }

    private DebEntry? Find(string path) => _byPath.TryGetValue(path, out int index) ? _entries[index] : null;
}
