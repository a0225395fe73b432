using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>
/// Where npm would fetch a package from (npm, "config" and "scope"): the registry of its scope in the user's file or the machine's, else
/// the common one of the environment or those files. Nothing else is read of them.
/// </summary>
public static class NpmRegistry
{
    /// <summary>What npm itself answers, which knows the common one where no setting names another; null where there is no npm.</summary>
    public static async Task<Uri?> AskAsync()
    {
        if (PeerPrograms.OnPath("npm") is not { } npm)
            return null;
        ChildResult answer = await new ChildProcess(npm, "config", "get", "registry").RunAsync();
        return answer.ExitCode == 0 ? Address(answer.Output.Trim()) : null;
    }

    /// <summary>Ends with a slash; null when no setting names one.</summary>
    /// <param name="package">With its scope.</param>
    /// <param name="environment">Reads an environment variable; null when it is not set.</param>
    public static Uri? Find(string package, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(environment);
        string? scope = package.StartsWith('@') ? package.Split('/')[0] + ":registry" : null;
        string? user = environment("npm_config_userconfig")
            ?? environment("NPM_CONFIG_USERCONFIG")
            ?? (environment("HOME") is { Length: > 0 } home ? Path.Combine(home, ".npmrc") : null);
        string? machine = environment("npm_config_globalconfig") ?? environment("NPM_CONFIG_GLOBALCONFIG");
        string?[] files = [user, .. machine is not null ? (string[])[machine] : ["/usr/local/etc/npmrc", "/usr/etc/npmrc", "/etc/npmrc"]];
        List<Dictionary<string, string>> settings = [.. files.OfType<string>().Where(File.Exists).Select(Read)];
        string? found = (
            scope is null ? null : settings.Select(file => file.GetValueOrDefault(scope)).FirstOrDefault(value => value is not null)
        )
            ?? environment("npm_config_registry")
            ?? environment("NPM_CONFIG_REGISTRY")
            ?? settings.Select(file => file.GetValueOrDefault("registry")).FirstOrDefault(value => value is not null);
        return Address(found);
    }

    private static Uri? Address(string? text) =>
        Uri.TryCreate(text?.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https")
            ? address
            : null;

    private static Dictionary<string, string> Read(string file)
    {
        Dictionary<string, string> settings = [];
        foreach (string line in File.ReadLines(file))
        {
            string[] parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (
                parts.Length == 2
                && !parts[0].StartsWith('#')
                && !parts[0].StartsWith(';')
                && parts[0].EndsWith("registry", StringComparison.Ordinal)
            )
                settings[parts[0]] = parts[1].Trim('"');
        }

        return settings;
    }
}
