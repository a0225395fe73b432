using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Trust;

/// <summary>
/// Makes detached OpenPGP signatures (RFC 9580, 10.4) in binary form through the gpg program, by one key of the user's keyring. Nothing is
/// asked at a terminal: the password comes from the caller, or the agent has it already.
/// </summary>
/// <param name="fingerprint">The key, 40 hex digits: a name or a short identifier could mean another key tomorrow.</param>
/// <param name="password">Of the key; null when it has none or the agent knows it.</param>
/// <param name="program">The program's name or path.</param>
public sealed class OpenPgpSigner(string fingerprint, string? password, string program = "gpg")
{
    private const int FingerprintLength = 40,
        MaximumSignature = 64 * 1024;

    private const string Status = "[GNUPG:] ";

    private readonly string _fingerprint =
        fingerprint.Length == FingerprintLength && fingerprint.All(char.IsAsciiHexDigit)
            ? fingerprint.ToUpperInvariant()
            : throw new ArgumentException(
                $"wanted the {FingerprintLength} hex digits of a key's fingerprint, got '{Printable.Of(fingerprint)}'. Run gpg "
                    + "--list-secret-keys --with-colons",
                nameof(fingerprint)
            );

    /// <summary>As it stands in a sentence.</summary>
    public string Name => $"the OpenPGP key {_fingerprint}";

    /// <summary>A signature of a file, verified before it is given.</summary>
    /// <param name="content">All of the file.</param>
    /// <exception cref="SigningKeyException">The keyring lacks the key, or it cannot be used; says what gpg said.</exception>
    public async Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-gpg-");
        try
        {
            string file = Path.Combine(folder.FullName, "file"),
                output = Path.Combine(folder.FullName, "signature");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            string[] unlock = password is null ? ["--pinentry-mode", "cancel"] : ["--pinentry-mode", "loopback", "--passphrase-fd", "0"];
            ProcessResult result = await RunAsync(
                [.. unlock, "--local-user", _fingerprint, "--digest-algo", "SHA256", "--output", output, "--detach-sign", "--", file],
                cancellationToken
            );
            if (!result.Success || new FileInfo(output) is not { Exists: true, Length: <= MaximumSignature })
                throw new SigningKeyException(
                    $"{Name} signed nothing. Set SLIPWAY_GPG_PASSWORD if the key has a password, and check that gpg --list-secret-keys "
                        + $"has it. gpg said: {Said(result)}"
                );
            byte[] signature = await File.ReadAllBytesAsync(output, cancellationToken);
            return await IsSignedAsync(content, signature, cancellationToken)
                ? signature
                : throw new SigningKeyException($"{Name}: gpg returned something that is not a signature by that key; nothing was kept");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>
    /// Whether this key, neither expired nor revoked, signed a file; judged by gpg's status lines and not by its exit code.
    /// </summary>
    public async Task<bool> IsSignedAsync(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-gpg-");
        try
        {
            string file = Path.Combine(folder.FullName, "file"),
                detached = Path.Combine(folder.FullName, "signature");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            await File.WriteAllBytesAsync(detached, signature, cancellationToken);
            ProcessResult result = await RunAsync(["--status-fd", "1", "--verify", "--", detached, file], cancellationToken);
            string[][] status =
            [
                .. result
                    .Output.Split('\n')
                    .Where(line => line.StartsWith(Status, StringComparison.Ordinal))
                    .Select(line => line[Status.Length..].TrimEnd('\r').Split(' ')),
            ];
            // VALIDSIG names the signing key first and its primary key last; what is sound of an expired or revoked key has EXPKEYSIG or
            // REVKEYSIG in place of GOODSIG (doc/DETAILS of GnuPG).
            string[][] valid = [.. status.Where(line => line[0] == "VALIDSIG")];
            return result.Success
                && status.Count(line => line[0] == "GOODSIG") == 1
                && valid is [[_, var key, .., var primary]]
                && (key == _fingerprint || primary == _fingerprint);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<ProcessResult> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            ChildProcess gpg = new(program, ["--batch", "--no-tty", "--no-auto-key-retrieve", .. arguments])
            {
                Environment = ProgramEnvironment.Gpg,
                Variables = [("LC_ALL", "C")],
                Remedy = "install the package gpg",
                TimeLimit = TimeSpan.FromMinutes(1),
                Input = password is not null && arguments.Contains("--passphrase-fd") ? password + "\n" : null,
                Redact = new Redaction(password).In,
            };
            return await gpg.RunAsync(cancellationToken);
        }
        catch (ToolMissingException e)
        {
            throw new SigningKeyException(
                $"{Name}: the program {program} {(e.Reason is null ? "was not found" : $"cannot be started ({e.Reason})")}. Install "
                    + "the package gpg"
            )
            {
                IsMissing = true,
            };
        }
        catch (ProgramException e)
        {
            throw new SigningKeyException($"{Name}: {program} {(e.IsTooSlow ? "did not end within a minute" : "printed too much output")}");
        }
    }

    private static string Said(ProcessResult result) => string.Join(" / ", result.LastLines().Select(Printable.Of));
}
