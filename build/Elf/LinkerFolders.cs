using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>The folders that ldconfig looks into: those of <c>/etc/ld.so.conf</c> and what it includes, then the loader's own.</summary>
public sealed class LinkerFolders
{
    private const string Main = "etc/ld.so.conf";
    private const int MostFiles = 1000;

    private readonly SortedDictionary<string, string[]> _files = new(StringComparer.Ordinal);

    /// <summary>Whether the file is one that the folders are read from.</summary>
    public static bool Is(string path) => path == Main || path.StartsWith(Main + ".d/", StringComparison.Ordinal);

    public void Add(string path, string[] lines) => _files[path] = lines;

    /// <summary>In the order they are searched, without leading slash, links not followed.</summary>
    /// <exception cref="ContentException">Files include each other without end.</exception>
    public IReadOnlyList<string> All()
    {
        List<string> folders = [];
        int read = 0;
        Read(Main, folders, ref read);
        return [.. folders, "lib", "usr/lib"];
    }

    private void Read(string path, List<string> folders, ref int read)
    {
        if (++read > MostFiles)
            throw new ContentException($"/{Main}: wanted at most {MostFiles} included files, got more");
        foreach (string line in _files.GetValueOrDefault(path, []).Select(line => line.Split('#')[0].Trim()))
        {
            string[] words = line.Split((char[])[' ', '\t'], 2);
            if (words is ["include", var pattern])
            {
                foreach (string included in Matching(pattern.Trim()))
                    Read(included, folders, ref read);
            }
            else if (line.StartsWith('/'))
            {
                folders.Add(line.Trim('/'));
            }
        }
    }

    /// <summary>The files that a pattern names, sorted; relative to <c>/etc</c> when it does not begin with a slash.</summary>
    private string[] Matching(string pattern)
    {
        string whole = pattern.StartsWith('/') ? pattern[1..] : "etc/" + pattern;
        Regex files = new(
            "^"
                + Regex.Escape(whole).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal)
                + "\\z"
        );
        return [.. _files.Keys.Where(path => files.IsMatch(path))];
    }
}
