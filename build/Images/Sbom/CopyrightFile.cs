using System.Collections.Immutable;
using System.Text.Unicode;
using Slipway.Debian;
using Slipway.Oci;
using Slipway.Spdx;

namespace Slipway.Images;

/// <summary>
/// What <c>/usr/share/doc/NAME/copyright</c> declares, where it is written for machines (Debian's copyright-format 1.0).
/// A package's licence is all that its paragraphs name, the packaging's own among them: which of it is in which file of
/// the binary package, the format does not say.
/// </summary>
/// <param name="Expression">An SPDX licence expression.</param>
/// <param name="Licences">Those in it that SPDX has no name for.</param>
internal sealed record CopyrightFile(string Expression, ImmutableArray<ExtractedLicence> Licences)
{
    private const int MostParagraphs = 10_000;
    private const int LongestParagraph = 1 << 20;

    /// <param name="file">Its bytes.</param>
    /// <param name="path">In the image, for licences without a text.</param>
    /// <returns>Null when the file is written for people alone.</returns>
    /// <exception cref="ContentException">It says that it is written for machines, and is not.</exception>
    public static CopyrightFile? Parse(ReadOnlyMemory<byte> file, string path)
    {
        ControlReader reader = new(new MemoryStream(file.ToArray(), writable: false), "copyright", LongestParagraph);
        if (!IsForMachines(reader))
            return null;
        if (!Utf8.IsValid(file.Span))
            throw new ContentException("it is not UTF-8");
        List<LicenceField> files = [];
        Dictionary<string, string> texts = new(StringComparer.OrdinalIgnoreCase);
        if (reader["License"u8].Length > 0)
            files.Add(LicenceField.Parse(reader.Text("License"u8)));
        while (reader.Read())
        {
            if (reader.Count > MostParagraphs)
                throw new ContentException($"wanted at most {MostParagraphs} paragraphs, got more");
            if (reader["License"u8].Length == 0)
                continue;
            LicenceField field = LicenceField.Parse(reader.Text("License"u8));
            if (field.Text.Length > 0)
                texts.TryAdd(field.Synopsis, field.Text);
            if (reader["Files"u8].Length > 0)
                files.Add(field);
        }

        return files.Count == 0 ? throw new ContentException("it names no licence") : Declared(files, texts, path);
    }

    private static bool IsForMachines(ControlReader reader)
    {
        try
        {
            return reader.Read() && reader.Text("Format"u8).Contains("copyright-format/1.0", StringComparison.Ordinal);
        }
        catch (ContentException)
        {
            // Prose is no field.
            return false;
        }
    }

    private static CopyrightFile Declared(List<LicenceField> files, Dictionary<string, string> texts, string path)
    {
        SortedDictionary<string, ExtractedLicence> licences = new(StringComparer.Ordinal);
        HashSet<string> parts = new(StringComparer.Ordinal);
        foreach (LicenceField field in files.Distinct())
        {
            parts.UnionWith(LicenceExpression.Of(field.Synopsis, name =>
                {
                    string text =
                        name == field.Synopsis && field.Text.Length > 0 ? field.Text : texts.GetValueOrDefault(name, $"See /{path}");
                    ExtractedLicence licence = new(SpdxId.OfLicence(name, text), name, text);
                    licences[licence.Id] = licence;
                    return licence.Id;
                }));
        }

        return new CopyrightFile(LicenceExpression.All(parts), [.. licences.Values]);
    }

    /// <summary>A License field.</summary>
    /// <param name="Synopsis">Its first line.</param>
    /// <param name="Text">The others, as they were before they were indented; empty when there are none.</param>
    private sealed record LicenceField(string Synopsis, string Text)
    {
        public static LicenceField Parse(string value)
        {
            string[] lines = value.ReplaceLineEndings("\n").Split('\n');
            IEnumerable<string> text = lines
                .Skip(1)
                .Select(line =>
                    line.TrimEnd() == " ." ? ""
                    : line.Length > 0 ? line[1..]
                    : ""
                );
            return new LicenceField(lines[0].Trim(), string.Join('\n', text));
        }
    }
}
