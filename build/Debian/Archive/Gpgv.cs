using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Debian;

/// <summary>
/// Verifies clear-signed text with the gpgv program. It judges by its status lines, not by its exit code, and gives back
/// only what was signed: gpgv lets text outside the signature pass.
/// </summary>
public sealed class Gpgv
{
    private readonly string _keyring;
    private readonly IReadOnlyCollection<string> _fingerprints;
    private readonly string _program;

    /// <param name="keyring">The path of a keyring file.</param>
    /// <param name="fingerprints">The primary keys that count, 40 upper-case hex digits each.</param>
    /// <param name="program">The program's name or path.</param>
    public Gpgv(string keyring, IReadOnlyCollection<string> fingerprints, string program = "gpgv")
    {
        _keyring = Path.GetFullPath(keyring);
        _fingerprints = fingerprints;
        _program = program;
    }

    /// <summary>The text that was signed, as bytes.</summary>
    /// <param name="message">The clear-signed message (RFC 9580, 7), and perhaps other text around it.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="ContentException">No key that counts signed it, or a signature is bad.</exception>
    /// <exception cref="ToolMissingException">There is no gpgv.</exception>
    /// <exception cref="ProgramException">It does not end within a minute.</exception>
    /// <exception cref="FileNotFoundException">There is no keyring.</exception>
    public async Task<byte[]> VerifyAsync(byte[] message, string what, CancellationToken cancellationToken)
    {
        if (!File.Exists(_keyring))
            throw new FileNotFoundException($"keyring {_keyring}: file not found; restore it in images/keys of the repository", _keyring);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("slipway-gpgv-");
        try
        {
            string input = Path.Combine(folder.FullName, "message");
            string output = Path.Combine(folder.FullName, "text");
            await File.WriteAllBytesAsync(input, message, cancellationToken);
            ProcessResult result = await Program(folder.FullName, input, output).RunAsync(cancellationToken);
            if (SignatureStatus.Parse(result.Output).ProblemFor(_fingerprints) is { } problem)
                throw new ContentException($"{what}: {problem}");
            return File.Exists(output)
                ? await File.ReadAllBytesAsync(output, cancellationToken)
                : throw new ContentException($"{what}: gpgv returned no text");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private ChildProcess Program(string home, string input, string output) =>
        new(_program, "--homedir", home, "--keyring", _keyring, "--status-fd", "1", "--logger-fd", "2", "--output", output, "--", input)
        {
            Environment = ProgramEnvironment.Gpgv,
            Variables = [("LC_ALL", "C")],
            Remedy = "install the package gpgv",
            TimeLimit = TimeSpan.FromMinutes(1),
            WorkingDirectory = home,
        };
}
