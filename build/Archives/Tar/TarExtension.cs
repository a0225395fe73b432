using System.Globalization;

namespace Slipway.Archives;

/// <summary>
/// What the records before a tar member say about it: GNU long names (types L and K) and a pax extended header (type x, POSIX.1 pax). Keys
/// that this code does not know are refused: dropping an attribute such as a capability would change what the package means.
/// </summary>
/// <param name="passesOver">As <see cref="DebLimits.ForeignAttributes"/>.</param>
internal sealed class TarExtension(bool passesOver = false)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public bool IsEmpty => _values.Count == 0;

    /// <summary>Whether it says what a member is called or how long it is.</summary>
    public bool Renames => _values.ContainsKey("path") || _values.ContainsKey("linkpath") || _values.ContainsKey("size");

    /// <param name="key">A pax keyword; <c>path</c> and <c>linkpath</c> for the GNU records.</param>
    public void Add(string key, string value)
    {
        if (key is "atime" or "ctime" or "comment")
            return;
        if (
            passesOver
            && key is not ("path" or "linkpath" or "size" or "hdrcharset")
            && !key.StartsWith("GNU.sparse.", StringComparison.Ordinal)
        )
            return;
        if (key is not ("path" or "linkpath" or "size" or "uid" or "gid" or "uname" or "gname" or "mtime"))
            throw new FormatException($"the pax attribute \"{key}\" is not supported");
        if (!_values.TryAdd(key, value))
            throw new FormatException($"the attribute \"{key}\" is given twice");
    }

    /// <summary>Adds the records of a pax header, each "LENGTH KEY=VALUE\n".</summary>
    public void AddPax(ReadOnlySpan<byte> records)
    {
        while (records.Length > 0)
        {
            int blank = records.IndexOf((byte)' ');
            if (
                blank is < 1 or > 7
                || !int.TryParse(records[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= blank + 1
                || length > records.Length
                || records[length - 1] != (byte)'\n'
            )
            {
                throw new FormatException("a pax record is not well formed");
            }

            ReadOnlySpan<byte> record = records[(blank + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals < 1)
                throw new FormatException("a pax record has no keyword");
            Add(TarHeader.Decode(record[..equals]), TarHeader.Decode(record[(equals + 1)..]));
            records = records[length..];
        }
    }

    /// <summary>The header with what was said put in place.</summary>
    public TarHeader Apply(TarHeader header) =>
        IsEmpty
            ? header
            : header with
            {
                Name = Text("path", header.Name),
                LinkName = Text("linkpath", header.LinkName),
                UserName = Text("uname", header.UserName),
                GroupName = Text("gname", header.GroupName),
                Size = Number("size", header.Size),
                UserId = Number("uid", header.UserId),
                GroupId = Number("gid", header.GroupId),
                ModifiedTime = Number("mtime", header.ModifiedTime),
            };

    private string Text(string key, string otherwise) => _values.GetValueOrDefault(key, otherwise);

    private long Number(string key, long otherwise)
    {
        if (!_values.TryGetValue(key, out string? text))
            return otherwise;
        // Only a time may have a fraction; whole seconds are what a layer can keep.
        if (key == "mtime" && text.IndexOf('.', StringComparison.Ordinal) is >= 0 and int point)
            text = text[..point];
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new FormatException($"the pax attribute \"{key}\" is not a number");
    }
}
