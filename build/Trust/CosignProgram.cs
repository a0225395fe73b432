using System.ComponentModel;
using System.Text.RegularExpressions;
using Medallion.Shell;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>The cosign program, asked without a terminal: nothing can be typed in, and nothing waits for that.</summary>
public sealed partial class CosignProgram
{
    private const string WhereToGet = "Get cosign 2.5 or newer from https://docs.sigstore.dev/cosign/system_config/installation/ or the package cosign of Debian trixie, and run the same command again";

    /// <summary>What is ours and none of its business.</summary>
    private static readonly string[] Foreign = ["QUAY_PASSWORD", "DOCKERHUB_TOKEN", "SLIPWAY_SIGNING_KEY_PASSWORD"];

    /// <summary>
    /// It takes any option from a variable called COSIGN_…: one that ignores the log, or lets any identity pass, would weaken what is asked
    /// here without a trace. These alone reach it: where a private instance is, and a hardware key's module.
    /// </summary>
    private static readonly string[] Passed = ["COSIGN_REKOR_URL", "COSIGN_FULCIO_URL", "COSIGN_PKCS11_MODULE_PATH", "COSIGN_PKCS11_PIN"];

    /// <summary>With what a CI lets it prove an identity. Where there is none to prove it cannot even begin to, without these.</summary>
    private static readonly string[] Tokens = ["SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"];

    /// <summary>What is above tells of a signal, and nothing of a signature.</summary>
    private const int LastOwnExitCode = 128;

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
    internal async Task<string> RunAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Required(arguments, await AskAsync(provesIdentity: false, arguments, cancellationToken));

    /// <summary>Signs with the identity that this process can prove.</summary>
    /// <exception cref="CosignException">It cannot be started, or ends with another code than 0.</exception>
    internal async Task SignAsIdentityAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Required(arguments, await AskAsync(provesIdentity: true, arguments, cancellationToken));

    /// <summary>Asks it something that it may well deny.</summary>
    /// <exception cref="CosignException">It cannot be started, or does not end.</exception>
    internal Task<CosignAnswer> AskAsync(CancellationToken cancellationToken, params string[] arguments) =>
        AskAsync(provesIdentity: false, arguments, cancellationToken);

    internal static CosignException TooOld(string problem) => new($"{problem}; nothing was signed. {WhereToGet}") { IsMissing = true };

    private async Task<CosignAnswer> AskAsync(bool provesIdentity, string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using Command command = Command.Run(_program, arguments, options => options
                .CancellationToken(cancellationToken)
                .Timeout(TimeSpan.FromMinutes(2))
                .ThrowOnError(false)
                .StartInfo(start => Describe(start.Environment, provesIdentity)));
            command.StandardInput.Close();
            CommandResult result = await command.Task;
            return result.ExitCode <= LastOwnExitCode
                ? new CosignAnswer(result.ExitCode, result.StandardOutput, new Redaction(_password).In(result.StandardError))
                : throw new CosignException($"{_program} {arguments[0]} was ended from outside ({result.ExitCode}); nothing was signed or verified");
        }
        catch (Win32Exception e)
        {
            throw new CosignException($"{_program}: the program is not there; nothing was signed or verified. {WhereToGet}", e) { IsMissing = true };
        }
        catch (TimeoutException e)
        {
            throw new CosignException($"{_program} {arguments[0]} did not end within 2 minutes; nothing was signed or verified", e);
        }
    }

    private string Required(string[] arguments, CosignAnswer answer)
    {
        string problem = $"{_program} {arguments[0]} ended with {answer.ExitCode}; nothing was signed. It said: {answer.Said}";
        return answer.Succeeded ? answer.Output
            : answer.IsOutage ? throw new RemoteException(RemoteFault.TryAgain, problem + ". Run the same command again")
            : throw new CosignException(problem);
    }

    private void Describe(IDictionary<string, string?> environment, bool provesIdentity)
    {
        foreach (string name in provesIdentity ? Foreign : [.. Foreign, .. Tokens])
            environment.Remove(name);
        foreach (string name in environment.Keys.Where(name => name.StartsWith("COSIGN_", StringComparison.OrdinalIgnoreCase)).Except(Passed).ToArray())
            environment.Remove(name);
        // Without a password it would ask for one.
        environment["COSIGN_PASSWORD"] = _password ?? "";
        environment["LC_ALL"] = "C";
    }

    private static CosignException TooOld(string program, string got) => TooOld($"{program}: wanted cosign 2.5 or newer, got {got}");

    [GeneratedRegex("\"gitVersion\": *\"v([0-9]{1,4})\\.([0-9]{1,4})\\.")]
    private static partial Regex Version();
}

/// <summary>How cosign ended, and what it said.</summary>
internal sealed partial record CosignAnswer(int ExitCode, string Output, string Errors)
{
    private const int MostLines = 12;

    public bool Succeeded => ExitCode == 0;

    /// <summary>Whether it failed for want of a service: later it may answer otherwise.</summary>
    public bool IsOutage => !Succeeded && Outages().IsMatch(Errors);

    /// <summary>Its complaint, as it can stand in a sentence: the last line first, then what it said on the way there.</summary>
    public string Said
    {
        get
        {
            string[] lines = [.. Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(MostLines).Select(Printable.Of)];
            return lines.Length switch
            {
                0 => "nothing",
                1 => lines[0],
                _ => $"{lines[^1]} (before that: {string.Join(" / ", lines[..^1])})",
            };
        }
    }

    /// <summary>What Go's network library and cosign say when a service, and nothing that it was asked about, is at fault.</summary>
    [GeneratedRegex(
        @"dial tcp|no such host|connection (refused|reset)|network is unreachable|i/o timeout|TLS handshake|context deadline exceeded|server misbehaving|(returned |\[)(429|5\d\d)\b|giving up after|unexpected EOF|\b(429|50[0234]) [A-Z][a-z]+",
        RegexOptions.IgnoreCase)]
    private static partial Regex Outages();
}
