using System.Text.RegularExpressions;

namespace Slipway.Testing;

/// <summary>
/// The real apt-get, asked what it would install on a machine without any package. Its state, lists, cache and
/// configuration are in a scratch folder; it changes nothing and reads nothing of the host's.
/// </summary>
public sealed partial class AptReference
{
    private readonly PeerProgram _apt;
    private readonly IReadOnlyDictionary<string, string?> _variables;

    private AptReference(PeerProgram apt, string configuration)
    {
        _apt = apt;
        _variables = new Dictionary<string, string?> { ["APT_CONFIG"] = configuration, ["LC_ALL"] = "C" };
    }

    /// <summary>Makes apt's folders for one architecture and lets it read the archive.</summary>
    /// <param name="archive">Must have been read, for that architecture too.</param>
    public static async Task<AptReference> CreateAsync(PeerProgram apt, AptArchive archive, string architecture)
    {
        ArgumentNullException.ThrowIfNull(archive);
        string root = archive.Folder($"apt-{architecture}");
        foreach (
            string folder in (string[])
                ["state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d", "etc/sources.list.d", "log"]
        )
            Directory.CreateDirectory(Path.Combine(root, folder));
        await File.WriteAllTextAsync(Path.Combine(root, "status"), "");
        await File.WriteAllLinesAsync(
            Path.Combine(root, "etc", "sources.list"),
            AptArchive.SuiteNames.Select(suite => $"deb [trusted=yes] file:{archive.Root} {suite} main")
        );
        string configuration = Path.Combine(root, "apt.conf");
        await File.WriteAllTextAsync(configuration, Configuration(root, architecture));
        AptReference reference = new(apt, configuration);
        (await reference.RunAsync("update", "-qq")).Require();
        return reference;
    }

    /// <summary>What apt would install for some packages, by name, with versions; null when it refuses. Says how long it took.</summary>
    public async Task<AptAnswer> InstallAsync(IEnumerable<string> names)
    {
        ChildResult result = await RunAsync(["install", "--no-install-recommends", "-s", "-q", .. names]);
        Dictionary<string, string>? packages =
            result.ExitCode == 0
                ? result
                    .Lines.Select(line => Installation().Match(line))
                    .Where(match => match.Success)
                    .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["version"].Value, StringComparer.Ordinal)
                : null;
        return new AptAnswer(packages, result.Output + result.Error, result.Duration);
    }

    private static string Configuration(string root, string architecture) =>
        $$"""
            Dir "{{root}}/";
            Dir::State "state";
            Dir::State::status "{{root}}/status";
            Dir::Cache "cache";
            Dir::Log "log";
            Dir::Etc "etc";
            APT::Architecture "{{architecture}}";
            APT::Architectures { "{{architecture}}"; };
            APT::Install-Recommends "false";
            APT::Install-Suggests "false";
            APT::Sandbox::User "";
            Acquire::Languages "none";
            """;

    [GeneratedRegex(@"^Inst (?<name>[^ :]+)(:\S+)? \((?<version>\S+) ")]
    private static partial Regex Installation();

    private Task<ChildResult> RunAsync(params IReadOnlyList<string> arguments) =>
        (_apt.With(arguments) with { Variables = _variables }).RunAsync();
}

/// <summary>What apt-get said.</summary>
/// <param name="Packages">Versions by name; null when it refused.</param>
/// <param name="Text">All that it printed.</param>
public sealed record AptAnswer(IReadOnlyDictionary<string, string>? Packages, string Text, TimeSpan Duration);
