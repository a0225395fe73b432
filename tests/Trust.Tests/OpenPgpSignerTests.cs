using Slipway.Testing;

namespace Slipway.Trust.Tests;

/// <summary>
/// Signatures through gpg: by the key that was named, while it is good for anything, whatever the program says of itself.
/// </summary>
public sealed class OpenPgpSignerTests : IDisposable
{
    private static readonly ReadOnlyMemory<byte> Content = "a list"u8.ToArray();

    private readonly ScratchFolder _home = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_named_key_of_several_signs_also_by_a_subkey()
    {
        string other = await KeyAsync("other"),
            primary = await KeyAsync("tests", "cert");
        await GpgAsync("--passphrase", "", "--quick-add-key", primary, "ed25519", "sign", "never");

        byte[] signature = await Signer(primary).SignAsync(Content, Stop);

        Assert.True(await Signer(primary).IsSignedAsync(Content, signature, Stop));
        Assert.False(await Signer(other).IsSignedAsync(Content, signature, Stop));
        Assert.False(await Signer(primary).IsSignedAsync("another list"u8.ToArray(), signature, Stop));
    }

    [Fact]
    public async Task A_signature_by_a_key_that_was_revoked_since_is_none()
    {
        string key = await KeyAsync("tests");
        byte[] signature = await Signer(key).SignAsync(Content, Stop);
        string revocation = await File.ReadAllTextAsync(System.IO.Path.Combine(_home.Path, "openpgp-revocs.d", key + ".rev"), Stop);
        await GpgAsync("--import", _home.Write("revoked.asc", revocation.Replace(":-----BEGIN", "-----BEGIN", StringComparison.Ordinal)));

        Assert.False(await Signer(key).IsSignedAsync(Content, signature, Stop));
        await Assert.ThrowsAsync<SigningKeyException>(() => Signer(key).SignAsync(Content, Stop));
    }

    [Fact]
    public async Task An_expired_key_signs_nothing_and_what_it_signed_is_not_kept()
    {
        string key = await KeyAsync("tests", time: "20200101T000000", expires: "1d");
        string file = _home.Write("file", "a list"),
            signed = System.IO.Path.Combine(_home.Path, "signed");
        await GpgAsync("--faked-system-time", "20200101T010000", "--output", signed, "--detach-sign", file);

        Assert.False(await Signer(key).IsSignedAsync(Content, await File.ReadAllBytesAsync(signed, Stop), Stop));
        await Assert.ThrowsAsync<SigningKeyException>(() => Signer(key).SignAsync(Content, Stop));
    }

    [Fact]
    public async Task Whatever_gpg_says_a_signature_by_somebody_else_is_none()
    {
        string ours = new('A', 40),
            theirs = new('B', 40);
        string program = Program(
            $"""
            while [ $# -gt 0 ]; do [ "$1" = --output ] && echo forged > "$2"; shift; done
            echo "[GNUPG:] GOODSIG {theirs[..16]} somebody {ours}"
            echo "[GNUPG:] VALIDSIG {theirs} 2026-01-01 0 0 4 0 22 8 00 {theirs}"
            """
        );
        Assert.Contains(
            "is not a signature by that key",
            (await Assert.ThrowsAsync<SigningKeyException>(() => new OpenPgpSigner(ours, null, program).SignAsync(Content, Stop))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_gpg_that_ends_before_it_reads_the_password_is_told_in_its_own_words()
    {
        string program = Program("exec <&-; echo 'gpg: out of order' >&2; exit 2");
        // More than a pipe holds, so that nothing is left to chance.
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() =>
            new OpenPgpSigner(new string('A', 40), new string('p', 1 << 20), program).SignAsync(Content, Stop)
        );
        Assert.EndsWith("gpg said: gpg: out of order", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_none_of_its_business_is_not_in_its_environment()
    {
        foreach (
            string name in (string[])
                [
                    "GH_TOKEN",
                    "GITHUB_TOKEN",
                    "GH_ENTERPRISE_TOKEN",
                    "GITHUB_ENTERPRISE_TOKEN",
                    "COSIGN_PASSWORD",
                    "SLIPWAY_CLIENT_CERTIFICATE_PASSWORD",
                    "SLIPWAY_GPG_PASSWORD",
                ]
        )
        {
            string program = Program($"[ -z \"${{{name}+set}}\" ] && echo 'gpg: not set' >&2; exit 2");
            Environment.SetEnvironmentVariable(name, "planted");
            try
            {
                Assert.EndsWith(
                    "gpg: not set",
                    (
                        await Assert.ThrowsAsync<SigningKeyException>(() =>
                            new OpenPgpSigner(new string('A', 40), null, program).SignAsync(Content, Stop)
                        )
                    ).Message,
                    StringComparison.Ordinal
                );
            }
            finally
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }

    private OpenPgpSigner Signer(string fingerprint) => new(fingerprint, null, Program("exec gpg \"$@\""));

    private string Program(string script) =>
        ProgramFile.Write(System.IO.Path.Combine(_home.Path, "program"), $"#!/bin/sh\nexport GNUPGHOME='{_home.Path}'\n{script}\n");

    /// <summary>A key without password, by its fingerprint.</summary>
    private async Task<string> KeyAsync(string name, string usage = "sign", string? time = null, string expires = "never")
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_home.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GpgAsync([
            .. time is null ? Array.Empty<string>() : ["--faked-system-time", time],
            "--passphrase",
            "",
            "--quick-generate-key",
            name,
            "ed25519",
            usage,
            expires,
        ]);
        string listed = (await GpgAsync("--with-colons", "--list-secret-keys", name)).Output;
        return listed.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
    }

    private async Task<ChildResult> GpgAsync(params string[] arguments)
    {
        PeerProgram gpg = await PeerPrograms.RequireAsync(Peer.Gpg);
        return (
            await (
                gpg.With(["--batch", "--pinentry-mode", "loopback", .. arguments]) with
                {
                    Variables = new Dictionary<string, string?> { ["GNUPGHOME"] = _home.Path },
                }
            ).RunAsync()
        ).Require();
    }
}
