using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// <c>docs/verify.md</c> as tests read it. After its language a fenced block may say <c>file=NAME</c>, what the reader is to
/// call it, and <c>run=PROGRAM,…</c>, with which programs a test runs it: <c>slipway</c>, <c>slipway-verify</c>, <c>skopeo</c>,
/// <c>cosign-2</c>, <c>cosign-3</c>.
/// </summary>
/// <param name="Failures">The table of failures: what the programs say, by what is wrong.</param>
public sealed partial record VerifyDocument(
    ImmutableArray<DocumentBlock> Blocks,
    ImmutableDictionary<string, ImmutableArray<string>> Failures
)
{
    public static string Path => SourceTree.At("docs", "verify.md");

    /// <summary>The version that its commands name.</summary>
    public string Version { get; } = Tag().Match(string.Concat(Blocks.Select(block => block.Text))).Groups[1].Value;

    /// <summary>Every block that is run, with each of its programs.</summary>
    public IEnumerable<(DocumentBlock Block, string Program)> Runs =>
        Blocks.SelectMany(block => block.Programs.Select(program => (block, program)));

    /// <summary>The block that the reader is to call so.</summary>
    public DocumentBlock File(string name) => Blocks.Single(block => block.File == name);

    public static VerifyDocument Read() => Parse(System.IO.File.ReadAllLines(Path));

    public static VerifyDocument Parse(IReadOnlyList<string> lines)
    {
        List<DocumentBlock> blocks = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
                continue;
            int begin = i + 1;
            while (lines[++i] != "```") { }

            string[] words = lines[begin - 1][3..].Split(' ');
            blocks.Add(
                new DocumentBlock(words[0], begin + 1, string.Concat(lines.Take(i).Skip(begin).Select(line => line + "\n")))
                {
                    File = words
                        .Where(word => word.StartsWith("file=", StringComparison.Ordinal))
                        .Select(word => word[5..])
                        .SingleOrDefault(),
                    Programs =
                    [
                        .. words.Where(word => word.StartsWith("run=", StringComparison.Ordinal)).SelectMany(word => word[4..].Split(',')),
                    ],
                }
            );
        }

        return new VerifyDocument(
            [.. blocks],
            lines
                .SkipWhile(line => line != "## What a failure means")
                .Select(line => line.Split('|'))
                .Where(cells => cells.Length == 5)
                .ToImmutableDictionary(
                    cells => cells[1].Trim(),
                    cells => CodeSpan().Matches(cells[2]).Select(span => span.Groups[1].Value).ToImmutableArray()
                )
        );
    }

    [GeneratedRegex(@"kubelet:(v\d+\.\d+\.\d+)")]
    private static partial Regex Tag();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodeSpan();
}

/// <summary>A fenced block.</summary>
/// <param name="Line">Where its text begins, from 1.</param>
public sealed record DocumentBlock(string Language, int Line, string Text)
{
    public string? File { get; init; }

    public ImmutableArray<string> Programs { get; init; } = [];

    public string FirstLine => Text[..Text.IndexOf('\n', StringComparison.Ordinal)];
}
