using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>What a stranger would have this program print, the answers that carry it, and how it is searched for.</summary>
internal static partial class HostileText
{
    private const string False =
        "verified: sha256:0000000000000000000000000000000000000000000000000000000000000000 signed by the key somebody";

    /// <summary>What is searched for.</summary>
    public const string Text =
        $"x\r\n{False}\n::warning::owned\n##vso[task.x]y##[error]z\u001b[2J\u001b]0;t\u0007\u009b1m\u0085\u2028\u2029\u202e\u2066\u200f\u061c\u200b\ufeff\u00ad\U000E0041\ue000\u0378\0";

    /// <summary>As much of it as a line can hold, or a header of HTTP.</summary>
    public static string Line { get; } =
        Text.Replace("\r", "", StringComparison.Ordinal)
            .Replace("\n", " ", StringComparison.Ordinal)
            .Replace("\0", "", StringComparison.Ordinal);

    /// <summary>What a hostile registry can say; none of it is worth a second try.</summary>
    public static IEnumerable<(string, Func<string, string, (int, string[], string)>)> OfRegistry(RawServer server)
    {
        string error = JsonSerializer.Serialize(
            new
            {
                errors = new[]
                {
                    new
                    {
                        code = Text,
                        message = Text,
                        detail = Text,
                    },
                },
            }
        );
        string header = Line;
        yield return ("an error", (_, _) => (400, ["Content-Type: application/json"], error));
        yield return ("a refusal", (_, _) => (403, ["Content-Type: application/json", $"X-Reason: {header}"], error));
        yield return ("a challenge", (_, path) =>
            path.StartsWith("/token", StringComparison.Ordinal)
                ? (403, [], error)
                : (
                    401,
                    [
                        $"WWW-Authenticate: Bearer realm=\"{server.Address}/token\",service=\"{header}\",scope=\"{header}\"",
                        $"WWW-Authenticate: {header}",
                    ],
                    error
                )
        );
        yield return ("another realm", (_, _) => (401, [$"WWW-Authenticate: Bearer realm=\"https://evil.example/{header}\""], error));
        yield return ("a redirect", (_, _) => (307, [$"Location: https://evil.example/{header}"], ""));
        yield return ("a media type", (_, _) =>
            (200, [$"Content-Type: {header}", $"Docker-Content-Digest: {header}", $"Link: <{header}>; rel=next"], error)
        );
        yield return ("text that is no JSON", (_, _) => (200, [$"Content-Type: {MediaType.Index}"], Text));
        string tags = JsonSerializer.Serialize(new { name = Text, tags = (string[])["v1.0.0", Text] });
        string index = JsonSerializer.Serialize(
            new
            {
                schemaVersion = 2,
                mediaType = MediaType.Index,
                manifests = new[]
                {
                    new
                    {
                        mediaType = Text,
                        digest = Text,
                        size = 1,
                        platform = new { os = Text, architecture = Text },
                    },
                },
            }
        );
        yield return ("lists and an index", (_, path) =>
            path.Contains("/tags/", StringComparison.Ordinal)
                ? (200, ["Content-Type: application/json"], tags)
                : (200, [$"Content-Type: {MediaType.Index}"], index)
        );
    }

    /// <summary>That no output has what only a stranger's text could have brought there.</summary>
    public static void Require(ChildResult result, string what)
    {
        foreach (string text in (string[])[result.Output, result.Error])
        {
            RequireShown(text, what);
            foreach (string line in text.Split('\n'))
            {
                Assert.False(line.TrimStart().StartsWith("verified:", StringComparison.Ordinal), $"{what}: {line}");
                Assert.False(line.TrimStart().StartsWith("::", StringComparison.Ordinal), $"{what}: {line}");
                Assert.DoesNotMatch(Command(), line);
            }
        }
    }

    /// <summary>The same of the files that targets leave for people; what an image is made of stays as it is.</summary>
    public static void RequireFiles(string root)
    {
        foreach (
            string file in Directory
                .EnumerateFiles(Path.Combine(root, ".nuke"), "*", SearchOption.AllDirectories)
                .Concat(
                    Directory.Exists(Path.Combine(root, "artifacts"))
                        ? Directory.EnumerateFiles(Path.Combine(root, "artifacts"), "*", SearchOption.AllDirectories)
                        : []
                )
                .Where(file =>
                    Path.GetExtension(file) is ".json" or ".md" or ".log" or ".txt" && !file.Contains("/blobs/", StringComparison.Ordinal)
                )
        )
            RequireShown(File.ReadAllText(file), file);
    }

    public static void RequireShown(string text, string what) =>
        Assert.All(text.EnumerateRunes(), rune =>
            Assert.True(
                rune.Value == '\n'
                    || Rune.GetUnicodeCategory(rune)
                        is not (
                            UnicodeCategory.Control
                            or UnicodeCategory.Format
                            or UnicodeCategory.PrivateUse
                            or UnicodeCategory.OtherNotAssigned
                            or UnicodeCategory.LineSeparator
                            or UnicodeCategory.ParagraphSeparator
                            or UnicodeCategory.Surrogate
                        ),
                $"{what}: U+{rune.Value:X4} is there: {Printable.Of(text)}"
            )
        );

    [GeneratedRegex(@"##[A-Za-z]*\[")]
    private static partial Regex Command();
}
