using System.Text;

namespace Slipway.Testing;

/// <summary>One tar header with its content, any field of which may be wrong.</summary>
internal sealed record TarItem
{
    public required string Name { get; init; }

    public char Type { get; init; } = '0';

    public int Mode { get; init; } = 0x1A4;

    public int UserId { get; init; }

    public int GroupId { get; init; }

    public string UserName { get; init; } = "root";

    public string GroupName { get; init; } = "root";

    public long Time { get; init; } = 1_700_000_000;

    public string Link { get; init; } = "";

    public byte[] Content { get; init; } = [];

    /// <summary>The size in the header if it is not the content's.</summary>
    public long? Size { get; init; }

    public string Magic { get; init; } = "ustar  \0";

    public string Prefix { get; init; } = "";

    /// <summary>Changes the finished header block, before the checksum is computed.</summary>
    public Action<byte[]>? Spoil { get; init; }
}

/// <summary>Writes tar archives in archive order. Text is written as Latin-1, so that any byte can be written.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _tar = [];

    /// <summary>What stands at the end; two blocks of nulls unless a test says otherwise.</summary>
    public byte[] End { get; init; } = new byte[1024];

    public TarBuilder File(string name, string content = "", int mode = 0x1A4) =>
        Add(
            new TarItem
            {
                Name = name,
                Content = Encoding.UTF8.GetBytes(content),
                Mode = mode,
            }
        );

    public TarBuilder Directory(params string[] names)
    {
        foreach (string name in names)
            Add(
                new TarItem
                {
                    Name = name,
                    Type = '5',
                    Mode = 0x1ED,
                }
            );
        return this;
    }

    public TarBuilder SymbolicLink(string name, string target) =>
        Add(
            new TarItem
            {
                Name = name,
                Type = '2',
                Link = target,
                Mode = 0x1FF,
            }
        );

    public TarBuilder HardLink(string name, string target) =>
        Add(
            new TarItem
            {
                Name = name,
                Type = '1',
                Link = target,
            }
        );

    /// <summary>A pax header for the member after it. Each record is written "LENGTH TEXT\n".</summary>
    public TarBuilder Pax(params string[] records)
    {
        var content = new StringBuilder();
        foreach (string record in records)
        {
            int length = record.Length + 3;
            while ($"{length} {record}\n".Length != length)
                length++;
            content.Append(length).Append(' ').Append(record).Append('\n');
        }

        return Add(
            new TarItem
            {
                Name = "pax",
                Type = 'x',
                Content = Encoding.Latin1.GetBytes(content.ToString()),
            }
        );
    }

    public TarBuilder LongName(string name, char type = 'L') =>
        Add(
            new TarItem
            {
                Name = "././@LongLink",
                Type = type,
                Content = [.. Encoding.Latin1.GetBytes(name), 0],
            }
        );

    public TarBuilder Add(TarItem item)
    {
        var block = new byte[512];
        Text(block, 0, item.Name);
        Octal(block, 100, 8, item.Mode);
        Octal(block, 108, 8, item.UserId);
        Octal(block, 116, 8, item.GroupId);
        Octal(block, 124, 12, item.Size ?? item.Content.Length);
        Octal(block, 136, 12, item.Time);
        block[156] = (byte)item.Type;
        Text(block, 157, item.Link);
        Text(block, 257, item.Magic);
        Text(block, 265, item.UserName);
        Text(block, 297, item.GroupName);
        Text(block, 345, item.Prefix);
        item.Spoil?.Invoke(block);
        block.AsSpan(148, 8).Fill((byte)' ');
        Octal(block, 148, 7, block.Sum(b => b));
        _tar.AddRange(block);
        _tar.AddRange(item.Content);
        _tar.AddRange(new byte[-item.Content.Length & 511]);
        return this;
    }

    public byte[] Build() => [.. _tar, .. End];

    private static void Text(byte[] block, int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, at);

    private static void Octal(byte[] block, int at, int width, long value) =>
        Text(block, at, Convert.ToString(value, 8).PadLeft(width - 1, '0') + "\0");
}
