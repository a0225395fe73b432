using System.Diagnostics;
using Slipway.Debian;

namespace Slipway.Testing;

/// <summary>Throw-away OpenPGP keys in a home of their own: one that counts, a stranger's, one that expired.</summary>
public sealed class ArchiveSigningKeys : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("slipway-gpg-").FullName;

    public ArchiveSigningKeys()
    {
        if (!Available)
            return;
        Good = Generate("good", "never");
        Stranger = Generate("stranger", "never");
        Expired = Generate("expired", "seconds=60", "--faked-system-time", "20200101T000000");
        Run(["--export", "--output", Keyring, Good, Expired]);
        Run(["--export", "--output", EveryKeyring]);
    }

    public static bool Available => Exists("gpg") && Exists("gpgv");

    public string Good { get; } = "";

    public string Stranger { get; } = "";

    public string Expired { get; } = "";

    /// <summary>Holds the good and the expired key.</summary>
    public string Keyring => Path.Combine(_home, "keyring.gpg");

    /// <summary>Holds the stranger's as well.</summary>
    public string EveryKeyring => Path.Combine(_home, "every.gpg");

    public Gpgv Gpgv => new(Keyring, [Good, Expired]);

    /// <summary>Clear-signs a text with keys.</summary>
    public byte[] Sign(string text, params string[] keys) => Sign(text, [], keys);

    public byte[] Sign(string text, string[] options, string[] keys)
    {
        string input = Path.Combine(_home, Guid.NewGuid().ToString("n"));
        File.WriteAllText(input, text);
        Run([.. options, "--clearsign", "--output", input + ".asc", .. keys.SelectMany(key => new[] { "--local-user", key }), input]);
        return File.ReadAllBytes(input + ".asc");
    }

    public byte[] SignExpired(string text) => Sign(text, ["--faked-system-time", "20200101T000010"], [Expired]);

    public void Dispose()
    {
        if (Available)
        {
            using Process kill = Process.Start("gpgconf", ["--homedir", _home, "--kill", "all"]);
            kill.WaitForExit();
        }

        Directory.Delete(_home, recursive: true);
    }

    private static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    private string Generate(string name, string expiry, params string[] options)
    {
        string user = $"{name} <{name}@example.invalid>";
        Run([.. options, "--quick-generate-key", user, "ed25519", "sign", expiry]);
        return Run(["--with-colons", "--list-keys", user])
            .Split('\n')
            .First(line => line.StartsWith("fpr", StringComparison.Ordinal))
            .Split(':')[9];
    }

    private string Run(string[] arguments)
    {
        ProcessStartInfo start = new(
            "gpg",
            ["--homedir", _home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process gpg = Process.Start(start)!;
        Task<string> error = gpg.StandardError.ReadToEndAsync();
        string output = gpg.StandardOutput.ReadToEnd();
        gpg.WaitForExit();
        return gpg.ExitCode == 0 ? output : throw new InvalidOperationException(error.Result);
    }
}
