using System.Security.Cryptography;
using System.Text;

namespace Nuke.Common.CI;

/// <summary>
/// The files by which a step tells GitHub's runner more than its log does (GitHub, "Workflow commands for GitHub Actions", environment
/// files): a page of Markdown, and values for later steps. Where a variable names no such file nothing is written.
/// </summary>
/// <param name="variable">Reads a variable; null when it is not set or empty.</param>
public sealed class StepFiles(Func<string, string?> variable)
{
    /// <summary>GitHub's own limit of a step's page; what is beyond it would lose the whole page.</summary>
    private const int LongestSummary = 1024 * 1024;

    /// <summary>Adds to the page of the step; what does not fit is left out.</summary>
    /// <param name="markdown">Whatever others wrote in it is escaped: <see cref="MarkdownTable"/>.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void AddSummary(string markdown)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        if (variable("GITHUB_STEP_SUMMARY") is not { } file)
            return;
        byte[] bytes = Encoding.UTF8.GetBytes(markdown + "\n");
        long there = File.Exists(file) ? new FileInfo(file).Length : 0;
        if (there + bytes.Length <= LongestSummary)
            Append(file, bytes);
    }

    /// <summary>Sets an output of the step. A value of several lines stays one value, whatever stands in it.</summary>
    /// <param name="name">Letters, digits, <c>-</c> and <c>_</c>.</param>
    /// <exception cref="FormatException">The name is none.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SetOutput(string name, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new FormatException($"output {name}: wanted letters, digits, - and _");
        if (variable("GITHUB_OUTPUT") is not { } file)
            return;
        // Nobody who wrote the value knew the line that ends it.
        string end = $"end-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";
        string clean = value.Replace("\r", "", StringComparison.Ordinal);
        Append(file, Encoding.UTF8.GetBytes($"{name}<<{end}\n{clean}\n{end}\n"));
    }

    private static void Append(string file, byte[] bytes)
    {
        using FileStream stream = new(file, FileMode.Append, FileAccess.Write, FileShare.Read);
        stream.Write(bytes);
    }
}
