using System.ComponentModel;
using System.Text.RegularExpressions;
using Medallion.Shell;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>The cosign program, asked without a terminal: nothing can be typed in, and nothing waits for that.</summary>
public sealed partial class CosignProgram
{
    private const string WhereToGet = "Get cosign 2.5 or newer from https://docs.sigstore.dev/cosign/system_config/installation/ or the package cosign of Debian trixie, and run the same command again";

    /// <summary>What is ours and none of its business.</summary>
    private static readonly string[] Foreign =
    [
        "QUAY_PASSWORD", "DOCKERHUB_TOKEN", "SLIPWAY_SIGNING_KEY_PASSWORD",
        // With a key there is no identity to prove; without these it cannot even begin to.
        "SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "COSIGN_EXPERIMENTAL",
    ];

    private readonly string _program;
    private readonly string? _password;

    private CosignProgram(string program, string? password, bool takesSigningConfig)
    {
        _program = program;
        _password = password;
        TakesSigningConfig = takesSigningConfig;
    }

    /// <summary>Whether it is cosign 3 or newer, where a file says which services to use and signatures come in bundles.</summary>
    internal bool TakesSigningConfig { get; }

    /// <param name="password">Of the key, when that is a file; reaches the program in its environment alone.</param>
    /// <param name="program">Its name or path.</param>
    /// <exception cref="CosignException">It is not there, or too old.</exception>
    public static async Task<CosignProgram> FindAsync(string? password, CancellationToken cancellationToken, string program = "cosign")
    {
        CosignProgram found = new(program, password, takesSigningConfig: false);
        Match version = Version().Match(await found.RunAsync(cancellationToken, "version", "--json"));
        if (!version.Success)
        {
            // Builds of distributions do not say which version they are, but tell what they can do.
            string help = await found.RunAsync(cancellationToken, "sign-blob", "--help");
            return help.Contains("--new-bundle-format", StringComparison.Ordinal) || help.Contains("--signing-config", StringComparison.Ordinal)
                ? new CosignProgram(program, password, help.Contains("--signing-config", StringComparison.Ordinal))
                : throw TooOld(program, "one before bundles");
        }

        int major = int.Parse(version.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        int minor = int.Parse(version.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        return (major, minor).CompareTo((2, 5)) >= 0
            ? new CosignProgram(program, password, major >= 3)
            : throw TooOld(program, $"v{major}.{minor}");
    }

    /// <summary>What it prints to standard output.</summary>
    /// <exception cref="CosignException">It cannot be started, or ends with another code than 0.</exception>
    internal async Task<string> RunAsync(CancellationToken cancellationToken, params IEnumerable<string> arguments)
    {
        try
        {
            using Command command = Command.Run(_program, arguments, options => options
                .CancellationToken(cancellationToken)
                .Timeout(TimeSpan.FromMinutes(2))
                .ThrowOnError(false)
                .StartInfo(start => Describe(start.Environment)));
            command.StandardInput.Close();
            CommandResult result = await command.Task;
            return result.Success
                ? result.StandardOutput
                : throw new CosignException($"{_program} {arguments.First()} ended with {result.ExitCode}; nothing was signed. It said: {Printable.Of(result.StandardError.Trim().ReplaceLineEndings(" / "))}");
        }
        catch (Win32Exception e)
        {
            throw new CosignException($"{_program}: the program is not there; nothing was signed. {WhereToGet}", e) { IsMissing = true };
        }
        catch (TimeoutException e)
        {
            throw new CosignException($"{_program} {arguments.First()} did not end within 2 minutes; nothing was signed", e);
        }
    }

    private void Describe(IDictionary<string, string?> environment)
    {
        foreach (string name in Foreign)
            environment.Remove(name);
        // Without a password it would ask for one.
        environment["COSIGN_PASSWORD"] = _password ?? "";
        environment["LC_ALL"] = "C";
    }

    private static CosignException TooOld(string program, string got) =>
        new($"{program}: wanted cosign 2.5 or newer, got {got}; nothing was signed. {WhereToGet}") { IsMissing = true };

    [GeneratedRegex("\"gitVersion\": *\"v([0-9]{1,4})\\.([0-9]{1,4})\\.")]
    private static partial Regex Version();
}
