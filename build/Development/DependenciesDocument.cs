using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Slipway.Oci;

namespace Slipway.Development;

/// <summary>
/// <c>docs/dependencies.md</c>: every package with its version and licence, and of each that a project names what it is for and what would
/// replace it, which stand beside its version in <c>Directory.Packages.props</c>. Same files, same text.
/// </summary>
internal sealed class DependenciesDocument
{
    public const string FileName = "dependencies.md";

    private readonly ImmutableArray<NuGetPackage> _program;
    private readonly ImmutableArray<NuGetPackage> _tests;
    private readonly Dictionary<string, (string Purpose, string Alternative)> _reasons;

    /// <param name="versions">The text of <c>Directory.Packages.props</c>.</param>
    /// <exception cref="ContentException">A version is there without a reason, or nobody uses it.</exception>
    public DependenciesDocument(ImmutableArray<NuGetPackage> program, ImmutableArray<NuGetPackage> tests, string versions)
    {
        (_program, _tests) = (program, tests);
        _reasons = XDocument
            .Parse(versions)
            .Descendants("PackageVersion")
            .ToDictionary(
                version => version.Attribute("Include")!.Value,
                version => (Reason(version, "Purpose"), Reason(version, "Alternative")),
                StringComparer.OrdinalIgnoreCase
            );
        string[] unused =
        [
            .. _reasons.Keys.Except(program.Concat(tests).Select(package => package.Name), StringComparer.OrdinalIgnoreCase),
        ];
        if (unused is [var first, ..])
            throw new ContentException(
                $"Directory.Packages.props: {first} is in no lock file. Take it out, or use it and run dotnet restore"
            );
    }

    public override string ToString()
    {
        StringBuilder text = new();
        text.Append(
            $$"""
            # Dependencies

            Made by `{{new NextCommand(
                "Package"
            )}}` from the lock files and `Directory.Packages.props`; a test fails when it is out of date. All packages
            come from NuGet by version and SHA-512 (`packages.lock.json`). ASP.NET Core and the .NET runtime come with the SDK. Programs that are
            started and never linked (git, gpg, gpgv, cosign, mmdebstrap, ssh) stand in [architecture.md](architecture.md).


            """
        );
        Table(text, "In the programs", _program);
        Table(text, "In tests and benchmarks alone", _tests);
        return text.ToString();
    }

    private void Table(StringBuilder text, string title, ImmutableArray<NuGetPackage> packages)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"## {title}\n\n| package | version | licence | what for | what would replace it |\n|---|---|---|---|---|\n"
        );
        foreach (NuGetPackage package in packages)
        {
            (string purpose, string alternative) = _reasons.TryGetValue(package.Name, out (string Purpose, string Alternative) reason)
                ? reason
                : ($"needed by {string.Join(", ", package.NeededBy)}", "goes with it");
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {MarkdownText.Text(package.Name)} | {MarkdownText.Text(package.Version)} "
                    + $"| {MarkdownText.Text(package.Licence ?? "not declared")} | {MarkdownText.Text(purpose)} "
                    + $"| {MarkdownText.Text(alternative)} |\n"
            );
        }

        text.Append('\n');
    }

    private static string Reason(XElement version, string name) =>
        version.Attribute(name)?.Value is { Length: > 0 } reason
            ? reason
            : throw new ContentException(
                $"Directory.Packages.props: {version.Attribute("Include")?.Value} has no {name}=\"…\": say there what it is for "
                    + "(Purpose) and what would replace it (Alternative)"
            );
}
