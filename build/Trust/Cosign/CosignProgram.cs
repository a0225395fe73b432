using System.Text.RegularExpressions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Trust;

/// <summary>
/// The cosign program, asked without a terminal: nothing can be typed in, and nothing waits for that. What it says is for people; what it
/// means is told by its exit code alone, since it repeats what others wrote.
/// </summary>
public sealed partial class CosignProgram
{
    private const string WhereToGet =
        "Get cosign 2.5 or newer from https://docs.sigstore.dev/cosign/system_config/installation/ or the package cosign of Debian "
        + "trixie, and run the same command again";

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
            return
                help.Contains("--new-bundle-format", StringComparison.Ordinal)
                || help.Contains("--signing-config", StringComparison.Ordinal)
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
        Required(arguments, await AskAsync(cancellationToken, arguments));

    /// <summary>As <see cref="RunAsync"/>, with a key: its password, or what its key management service wants to know.</summary>
    /// <param name="key">A file, or a URI.</param>
    /// <exception cref="CosignException">It cannot be started, or ends with another code than 0.</exception>
    internal async Task<string> RunWithKeyAsync(string key, CancellationToken cancellationToken, params string[] arguments) =>
        Required(
            arguments,
            await AskAsync(ProgramEnvironment.CosignKey(key), [("COSIGN_PASSWORD", _password ?? "")], arguments, cancellationToken)
        );

    /// <summary>Signs with the identity that this process can prove.</summary>
    /// <exception cref="CosignException">It cannot be started, or ends with another code than 0.</exception>
    internal async Task SignAsIdentityAsync(CancellationToken cancellationToken, params string[] arguments) =>
        Required(arguments, await AskAsync(ProgramEnvironment.CosignIdentity, [], arguments, cancellationToken));

    /// <summary>Asks it something that it may well deny.</summary>
    /// <exception cref="CosignException">It cannot be started, or does not end.</exception>
    internal Task<CosignAnswer> AskAsync(CancellationToken cancellationToken, params string[] arguments) =>
        AskAsync(ProgramEnvironment.Cosign, [], arguments, cancellationToken);

    internal static CosignException TooOld(string problem) => new($"{problem}; nothing was signed. {WhereToGet}") { IsMissing = true };

    private async Task<CosignAnswer> AskAsync(
        ProgramEnvironment environment,
        (string Name, string? Value)[] variables,
        string[] arguments,
        CancellationToken cancellationToken
    )
    {
        try
        {
            ChildProcess cosign = new(_program, arguments)
            {
                Environment = environment,
                // Without a password it would ask for one.
                Variables = [("COSIGN_PASSWORD", ""), ("LC_ALL", "C"), .. variables],
                Remedy = WhereToGet,
                TimeLimit = TimeSpan.FromMinutes(2),
                Redact = new Redaction(_password).In,
            };
            ProcessResult result = await cosign.RunAsync(cancellationToken);
            return result.ExitCode <= LastOwnExitCode
                ? new CosignAnswer(result)
                : throw new CosignException(
                    $"{_program} {arguments[0]} was stopped from outside ({result.ExitCode}); nothing was signed or verified"
                );
        }
        catch (ToolMissingException e)
        {
            throw new CosignException($"{_program}: the program was not found; nothing was signed or verified. {WhereToGet}", e)
            {
                IsMissing = true,
            };
        }
        catch (ProgramException e)
        {
            throw new CosignException(
                $"{_program} {arguments[0]} {(e.IsTooSlow ? "did not end within 2 minutes" : "printed too much output")}; "
                    + "nothing was signed or verified",
                e
            );
        }
    }

    private string Required(string[] arguments, CosignAnswer answer) =>
        answer.Succeeded
            ? answer.Output
            : throw new CosignException(
                $"{_program} {arguments[0]} ended with {answer.ExitCode}; nothing was signed. Its output: {answer.Said}"
            );

    private static CosignException TooOld(string program, string got) => TooOld($"{program}: wanted cosign 2.5 or newer, got {got}");

    [GeneratedRegex("\"gitVersion\": *\"v([0-9]{1,4})\\.([0-9]{1,4})\\.")]
    private static partial Regex Version();
}

/// <summary>How cosign ended, and what it said.</summary>
internal sealed record CosignAnswer(ProcessResult Result)
{
    private const int MostLines = 12;

    public int ExitCode => Result.ExitCode;

    public string Output => Result.Output;

    public bool Succeeded => Result.Success;

    /// <summary>Its complaint, as it can stand in a sentence: the last line first, then what it said on the way there.</summary>
    public string Said
    {
        get
        {
            string[] lines = [.. Result.LastLines(MostLines).Select(Printable.Of)];
            return lines.Length switch
            {
                0 => "nothing",
                1 => lines[0],
                _ => $"{lines[^1]} (before that: {string.Join(" / ", lines[..^1])})",
            };
        }
    }
}
