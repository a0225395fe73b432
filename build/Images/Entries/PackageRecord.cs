using System.Text;
using Slipway.Archives;

namespace Slipway.Images;

/// <summary>What a package says of itself, kept while its layer is made.</summary>
/// <param name="Name">As locked.</param>
/// <param name="Fields">
/// Its control fields in the package's order: the name, and the text from it to the field's end without the last newline.
/// </param>
/// <param name="Configuration">Paths of its configuration files, without leading slash, in merged /usr.</param>
internal sealed record PackageRecord(string Name, IReadOnlyList<KeyValuePair<string, string>> Fields, IReadOnlySet<string> Configuration)
{
    public static PackageRecord Of(string name, DebArchive archive)
    {
        List<KeyValuePair<string, string>> fields = [];
        foreach (string line in Text(archive, "control").TrimEnd('\n').Split('\n'))
        {
            // The archive's reader has refused a text that does not begin with a field.
            if (line[0] is ' ' or '\t')
                fields[^1] = KeyValuePair.Create(fields[^1].Key, fields[^1].Value + "\n" + line.TrimEnd());
            else
                fields.Add(KeyValuePair.Create(line[..line.IndexOf(':', StringComparison.Ordinal)], line.TrimEnd()));
        }

        // A line can begin with a flag, as in "remove-on-upgrade /etc/x" (deb-conffiles(5)): that file is not shipped.
        IEnumerable<string> configuration = Text(archive, "conffiles").Split('\n').Where(line => line.StartsWith('/'));
        return new PackageRecord(
            name,
            fields,
            configuration.Select(line => MergedUsr.Resolve(line[1..].TrimEnd())).ToHashSet(StringComparer.Ordinal)
        );
    }

    private static string Text(DebArchive archive, string file) =>
        archive.ControlFiles.TryGetValue(file, out ReadOnlyMemory<byte> bytes) ? Encoding.UTF8.GetString(bytes.Span) : "";
}
