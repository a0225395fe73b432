using System.Text;

namespace Slipway.Archives;

/// <summary>
/// The outer archive of a .deb (deb(5)): debian-binary, control.tar, data.tar, in this order; members whose names start with an underscore
/// may stand between and after them and are ignored.
/// </summary>
internal sealed class DebContainer(Stream deb, DebLimits limits, XzMemory memory, CancellationToken cancellationToken)
{
    private const int LongestVersion = 4096;
    private readonly ArReader _ar = new(deb);

    /// <summary>Reads debian-binary: its first line is 2.x, further lines are for newer readers.</summary>
    public void ReadVersion()
    {
        if (_ar.Next() is not { Name: "debian-binary", Size: <= LongestVersion } member)
            throw new DebException("archive", "the first member must be debian-binary");
        var text = new byte[member.Size];
        member.Content.ReadExactly(text);
        string version = Encoding.Latin1.GetString(text).Split('\n')[0];
        if (!version.StartsWith("2.", StringComparison.Ordinal) || version.Length < 3 || !version[2..].All(char.IsAsciiDigit))
            throw new DebException(member.Name, "wanted format version 2.x");
    }

    /// <summary>Unpacks the member <paramref name="tar"/>, compressed or not, which must come next, and returns its full name.</summary>
    public string Unpack(string tar, Stream target, long limit)
    {
        ArMember member = NextNamed() ?? throw new DebException(tar, "the package ends before it");
        string compression = member.Name.StartsWith(tar, StringComparison.Ordinal) ? member.Name[tar.Length..] : "?";
        try
        {
            switch (compression)
            {
                case "":
                    Copy(member.Content, target, member.Name, limit);
                    break;
                case ".gz":
                    GzipMember.Unpack(member.Content, target, limit, cancellationToken);
                    break;
                case ".xz":
                    using (var xz = new XzStream(member.Content, limit, limits.DictionaryBytes, leaveOpen: true, memory))
                        Copy(xz, target, member.Name, limit);
                    break;
                case ".zst" or ".bz2" or ".lzma":
                    throw new DebException(member.Name, "this compression is not supported; wanted none, .gz or .xz");
                default:
                    throw new DebException(member.Name, $"wanted {tar}, {tar}.gz or {tar}.xz here");
            }
        }
        catch (Exception e) when (e is XzException or InvalidDataException)
        {
            throw new DebException(member.Name, e.Message, e);
        }

        return member.Name;
    }

    /// <summary>Reads to the end of the package.</summary>
    public void ReadEnd()
    {
        if (NextNamed() is { } extra)
            throw new DebException(extra.Name, "nothing may follow data.tar");
    }

    private ArMember? NextNamed()
    {
        ArMember? member;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            member = _ar.Next();
        } while (member is not null && member.Name.StartsWith('_'));
        return member;
    }

    private void Copy(Stream from, Stream to, string name, long limit)
    {
        var buffer = new byte[1 << 16];
        long size = 0;
        int count;
        while ((count = from.Read(buffer)) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            size += count;
            if (size > limit)
                throw new DebException(name, $"too large: it unpacks to more than {limit} bytes");
            to.Write(buffer, 0, count);
        }
    }
}
