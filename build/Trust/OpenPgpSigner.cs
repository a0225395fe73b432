using System.ComponentModel;
using Medallion.Shell;
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
    private const int FingerprintLength = 40, MaximumSignature = 64 * 1024;

    private const string Status = "[GNUPG:] ";

    private readonly string _fingerprint = fingerprint.Length == FingerprintLength && fingerprint.All(char.IsAsciiHexDigit)
        ? fingerprint.ToUpperInvariant()
        : throw new ArgumentException($"wanted the {FingerprintLength} hex digits of a key's fingerprint, got '{Printable.Of(fingerprint)}'. Run gpg --list-secret-keys --with-colons", nameof(fingerprint));

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
            string file = Path.Combine(folder.FullName, "file"), output = Path.Combine(folder.FullName, "signature");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            string[] unlock = password is null ? ["--pinentry-mode", "cancel"] : ["--pinentry-mode", "loopback", "--passphrase-fd", "0"];
            CommandResult result = await RunAsync([.. unlock, "--local-user", _fingerprint, "--digest-algo", "SHA256", "--output", output, "--detach-sign", "--", file], cancellationToken);
            if (!result.Success || new FileInfo(output) is not { Exists: true, Length: <= MaximumSignature })
                throw new SigningKeyException($"{Name} signed nothing. Set SLIPWAY_GPG_PASSWORD where it has a password, and see that gpg --list-secret-keys has it. gpg said: {Said(result)}");
            byte[] signature = await File.ReadAllBytesAsync(output, cancellationToken);
            return await IsSignedAsync(content, signature, cancellationToken)
                ? signature
                : throw new SigningKeyException($"{Name}: what gpg gave is no signature by that key; nothing was kept");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Whether this key, neither expired nor revoked, signed a file; judged by gpg's status lines and not by its exit code.</summary>
    public async Task<bool> IsSignedAsync(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-gpg-");
        try
        {
            string file = Path.Combine(folder.FullName, "file"), detached = Path.Combine(folder.FullName, "signature");
            await File.WriteAllBytesAsync(file, content, cancellationToken);
            await File.WriteAllBytesAsync(detached, signature, cancellationToken);
            CommandResult result = await RunAsync(["--status-fd", "1", "--verify", "--", detached, file], cancellationToken);
            string[][] status = [.. result.StandardOutput.Split('\n').Where(line => line.StartsWith(Status, StringComparison.Ordinal)).Select(line => line[Status.Length..].TrimEnd('\r').Split(' '))];
            // VALIDSIG names the signing key first and its primary key last; what is sound of an expired or revoked key has EXPKEYSIG or
            // REVKEYSIG in place of GOODSIG (doc/DETAILS of GnuPG).
            string[][] valid = [.. status.Where(line => line[0] == "VALIDSIG")];
            return result.Success && status.Count(line => line[0] == "GOODSIG") == 1
                && valid is [[_, var key, .., var primary]] && (key == _fingerprint || primary == _fingerprint);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<CommandResult> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            using Command command = Command.Run(program, ["--batch", "--no-tty", "--no-auto-key-retrieve", .. arguments], options => options
                .CancellationToken(cancellationToken)
                .Timeout(TimeSpan.FromMinutes(1))
                .ThrowOnError(false)
                .StartInfo(start => ProgramEnvironment.Gpg.ApplyTo(start.Environment, ("LC_ALL", "C"))));
            if (password is not null && arguments.Contains("--passphrase-fd"))
                await command.StandardInput.WriteLineAsync(password);
            command.StandardInput.Close();
            return await command.Task;
        }
        catch (Win32Exception e)
        {
            throw new SigningKeyException($"{Name}: the program {program} is not there ({e.Message}). Install the package gpg") { IsMissing = true };
        }
        catch (TimeoutException)
        {
            throw new SigningKeyException($"{Name}: {program} did not end within a minute");
        }
    }

    private string Said(CommandResult result) =>
        string.Join(" / ", new Redaction(password).In(result.StandardError).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(4).Select(Printable.Of));
}
