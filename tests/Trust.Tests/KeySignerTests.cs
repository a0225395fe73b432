using System.Diagnostics;
using System.Security.Cryptography;

namespace Slipway.Trust.Tests;

/// <summary>Key files of every form, made by the openssl program where it makes the form, as maintainers do.</summary>
public sealed class KeySignerTests : IDisposable
{
    private const string Password = "correct horse";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("slipway-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "PRIVATE KEY")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", "PRIVATE KEY")]
    [InlineData("ecparam -name prime256v1 -genkey -noout", "EC PRIVATE KEY")]
    [InlineData("ecparam -name secp384r1 -genkey", "EC PARAMETERS")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:PASSWORD", "ENCRYPTED PRIVATE KEY")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes-128-cbc -pass pass:PASSWORD", "ENCRYPTED PRIVATE KEY")]
    public async Task A_key_that_openssl_made_signs_what_openssl_verifies(string command, string label)
    {
        string path = await KeyAsync(command);
        Assert.StartsWith($"-----BEGIN {label}-----", await File.ReadAllTextAsync(path), StringComparison.Ordinal);

        using KeySigner signer = KeySigner.FromFile(path, () => Password);
        byte[] content = "content"u8.ToArray();
        await File.WriteAllBytesAsync(At("content"), content);
        await File.WriteAllBytesAsync(At("signature"), await signer.SignAsync(content, CancellationToken.None));
        await File.WriteAllTextAsync(At("key.pub"), signer.Key.Pem);

        await OpenSslAsync("dgst", "-sha256", "-verify", At("key.pub"), "-signature", At("signature"), At("content"));
        Assert.Equal(await OpenSslAsync("pkey", "-in", path, "-passin", "pass:" + Password, "-pubout"), signer.Key.Pem);
    }

    [Theory]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "an RSA key")]
    [InlineData("genrsa -traditional 2048", "an RSA key")]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -aes-256-cbc -pass pass:PASSWORD", "an RSA key")]
    [InlineData("genpkey -algorithm ED25519", "an Ed25519 key")]
    [InlineData("genpkey -algorithm ED25519 -aes-256-cbc -pass pass:PASSWORD", "not an ECDSA key")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", "P521")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "secP256k1")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit", "-param_enc named_curve")]
    public async Task A_key_of_another_kind_is_refused_by_name(string command, string named)
    {
        string path = await KeyAsync(command);
        SigningKeyException e = Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(path, () => Password));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pkcs8 -topk8 -scrypt -passout pass:PASSWORD", "scrypt")]
    [InlineData("ec -aes256 -passout pass:PASSWORD", "old form")]
    public async Task An_encryption_that_cannot_be_read_is_refused_with_a_command_that_mends_it(string command, string named)
    {
        string plain = await KeyAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        string[] arguments = [.. command.Split(' ').Select(word => word.Replace("PASSWORD", Password, StringComparison.Ordinal))];
        await OpenSslAsync([.. arguments, "-in", plain, "-out", At("odd.pem")]);
        SigningKeyException e = Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(At("odd.pem"), () => Password));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);

        await OpenSslAsync(
            "pkcs8",
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-in",
            At("odd.pem"),
            "-out",
            At("new.pem"),
            "-passin",
            "pass:" + Password,
            "-passout",
            "pass:" + Password
        );
        Assert.Contains("openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW", e.Message, StringComparison.Ordinal);
        KeySigner.FromFile(At("new.pem"), () => Password).Dispose();
    }

    [Theory]
    [InlineData("ENCRYPTED SIGSTORE PRIVATE KEY")]
    [InlineData("ENCRYPTED COSIGN PRIVATE KEY")]
    public void Cosign_s_own_keys_are_refused_with_what_to_do(string label)
    {
        SigningKeyException e = Assert.Throws<SigningKeyException>(() =>
            KeySigner.FromPem(PemEncoding.WriteString(label, "{}"u8), "cosign.key", () => Password)
        );
        Assert.Contains("cosign import-key-pair", e.Message, StringComparison.Ordinal);
        Assert.Contains("openssl genpkey", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_empty_or_missing_password_is_said_and_not_shown()
    {
        string path = await KeyAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:PASSWORD");

        SigningKeyException wrong = Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(path, () => "hunter2"));
        Assert.Contains("password is wrong", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
        foreach (string? none in new[] { null, "" })
        {
            SigningKeyException missing = Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(path, () => none));
            Assert.Contains("no password was given", missing.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plain_key_does_not_ask_for_a_password()
    {
        string path = await KeyAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256");
        KeySigner.FromFile(path, () => throw new InvalidOperationException("asked")).Dispose();
    }

    [Fact]
    public async Task No_part_of_a_damaged_key_shows_in_the_error()
    {
        string[] lines = await File.ReadAllLinesAsync(await KeyAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"));
        byte[] der = Convert.FromBase64String(string.Concat(lines[1..^1]));
        for (int length = 0; length < der.Length; length += 5)
        {
            SigningKeyException e = Assert.Throws<SigningKeyException>(() =>
                KeySigner.FromPem(PemEncoding.WriteString("PRIVATE KEY", der.AsSpan(0, length)), "the key", () => null)
            );
            Assert.DoesNotContain(lines[1][..12], e.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("no key at all")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nno base64!\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----")]
    public void A_text_that_is_no_private_key_is_refused(string pem) =>
        Assert.Throws<SigningKeyException>(() => KeySigner.FromPem(pem, "the key", () => null));

    [Fact]
    public void Two_keys_in_one_file_are_refused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string pem = key.ExportPkcs8PrivateKeyPem();
        Assert.Throws<SigningKeyException>(() => KeySigner.FromPem(pem + "\n" + pem, "the key", () => null));
    }

    [Fact]
    public void A_missing_or_huge_file_is_refused()
    {
        Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(At("missing"), () => null));
        Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(_folder.FullName, () => null));
        using (FileStream file = File.Create(At("huge")))
            file.SetLength(1L << 40);
        Assert.Throws<SigningKeyException>(() => KeySigner.FromFile(At("huge"), () => null));
    }

    [Fact]
    public async Task A_key_file_with_the_public_half_of_another_key_signs_nothing()
    {
        using ECDsa one = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa two = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = one.ExportECPrivateKey();
        two.ExportECPrivateKey().AsSpan(^64..).CopyTo(der.AsSpan(^64..));

        await Assert.ThrowsAsync<SigningKeyException>(async () =>
        {
            using KeySigner signer = KeySigner.FromPem(PemEncoding.WriteString("EC PRIVATE KEY", der), "the key", () => null);
            await signer.SignAsync("content"u8.ToArray(), CancellationToken.None);
        });
    }

    [Fact]
    public void Throw_away_keys_differ()
    {
        using KeySigner one = KeySigner.CreateThrowAway();
        using KeySigner two = KeySigner.CreateThrowAway();
        Assert.NotEqual(one.Key, two.Key);
        Assert.NotEqual(one.Key.Fingerprint, two.Key.Fingerprint);
    }

    [Fact]
    public async Task A_public_key_is_read_back_and_other_files_are_refused_by_name()
    {
        using KeySigner signer = KeySigner.CreateThrowAway();
        Assert.Equal(signer.Key, VerificationKey.Parse(signer.Key.Pem, "key.pub"));
        Assert.Contains(
            "got a public key",
            Assert.Throws<SigningKeyException>(() => KeySigner.FromPem(signer.Key.Pem, "key", () => null)).Message,
            StringComparison.Ordinal
        );

        string ed448 = await OpenSslAsync("pkey", "-in", await KeyAsync("genpkey -algorithm ED448"), "-pubout");
        Assert.Contains(
            "Ed448: wanted ECDSA, Ed25519 or RSA",
            Assert.Throws<SigningKeyException>(() => VerificationKey.Parse(ed448, "key.pub")).Message,
            StringComparison.Ordinal
        );
        string own = await File.ReadAllTextAsync(await KeyAsync("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256"));
        Assert.Contains(
            "a private one",
            Assert.Throws<SigningKeyException>(() => VerificationKey.Parse(own, "key.pub")).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<SigningKeyException>(() => VerificationKey.Parse(PemEncoding.WriteString("PUBLIC KEY", [1, 2, 3]), "key.pub"));
    }

    /// <summary>As OpenSSL signs with each, over the file itself.</summary>
    [Theory]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048", "dgst -sha256 -sign KEY -out SIGNATURE FILE")]
    [InlineData(
        "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        "dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sign KEY -out SIGNATURE FILE"
    )]
    [InlineData("genpkey -algorithm ED25519", "pkeyutl -sign -rawin -inkey KEY -in FILE -out SIGNATURE")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384", "dgst -sha384 -sign KEY -out SIGNATURE FILE")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521", "dgst -sha512 -sign KEY -out SIGNATURE FILE")]
    public async Task Keys_of_other_kinds_verify_what_openssl_signs_with_them(string generate, string sign)
    {
        string key = await KeyAsync(generate),
            other = await KeyAsync(generate);
        await File.WriteAllTextAsync(At("file"), "content");
        await OpenSslAsync([
            .. sign.Split(' ')
                .Select(word =>
                    word switch
                    {
                        "KEY" => key,
                        "FILE" => At("file"),
                        "SIGNATURE" => At("signature"),
                        _ => word,
                    }
                ),
        ]);
        byte[] signature = await File.ReadAllBytesAsync(At("signature"));
        VerificationKey mine = VerificationKey.Parse(await OpenSslAsync("pkey", "-in", key, "-pubout"), "key.pub"),
            theirs = VerificationKey.Parse(await OpenSslAsync("pkey", "-in", other, "-pubout"), "other.pub");
        Assert.True(mine.Verifies("content"u8.ToArray(), signature));
        Assert.False(mine.Verifies("contents"u8.ToArray(), signature));
        Assert.False(theirs.Verifies("content"u8.ToArray(), signature));
        signature[^1] ^= 1;
        Assert.False(mine.Verifies("content"u8.ToArray(), signature));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private async Task<string> KeyAsync(string command)
    {
        string[] words = [.. command.Split(' ').Select(word => word.Replace("PASSWORD", Password, StringComparison.Ordinal))];
        string path = At(Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, await OpenSslAsync(words));
        return path;
    }

    private static async Task<string> OpenSslAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }
}
