namespace Slipway.Archives;

/// <summary>A package's <c>control</c> file: one paragraph of fields (deb-control(5)).</summary>
internal static class DebControl
{
    /// <summary>Field name, in any case, to value; lines after the first keep their leading blank and are joined by newlines.</summary>
    /// <exception cref="FormatException">What is wrong with the file.</exception>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> file)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? name = null;
        foreach (string line in TarHeader.Decode(file).TrimEnd('\n').Split('\n'))
        {
            if (line.Contains('\0', StringComparison.Ordinal))
                throw new FormatException("a line holds a null byte");
            if (line.StartsWith(' ') || line.StartsWith('\t'))
            {
                if (name is null)
                    throw new FormatException("the first line goes on from nothing");
                fields[name] += "\n" + line.TrimEnd();
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || line.AsSpan(0, colon).ContainsAnyExceptInRange('!', '~'))
                throw new FormatException($"wanted \"Field: value\", got \"{line}\"");
            name = line[..colon];
            if (!fields.TryAdd(name, line[(colon + 1)..].Trim()))
                throw new FormatException($"the field {name} is given twice");
        }

        foreach (string required in (string[])["Package", "Version", "Architecture"])
        {
            if (string.IsNullOrEmpty(fields.GetValueOrDefault(required)))
                throw new FormatException($"the field {required} is missing");
        }

        return fields;
    }
}
