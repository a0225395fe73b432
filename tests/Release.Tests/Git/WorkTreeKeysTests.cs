using System.Security.Cryptography;
using Slipway.Git;

namespace Slipway.Release.Tests;

public class WorkTreeKeysTests
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly string Body = string.Join('\n', Enumerable.Repeat(new string('A', 64), 4));

    [Theory]
    [InlineData("PKCS#8", "a private key in PEM")]
    [InlineData("EC", "a private key in PEM")]
    [InlineData("encrypted", "a private key in PEM")]
    [InlineData("cosign", "a private key in PEM")]
    [InlineData("OpenSSH", "a private key in PEM")]
    [InlineData("old encrypted", "a private key in PEM")]
    [InlineData("with carriage returns", "a private key in PEM")]
    [InlineData("after a certificate", "a private key in PEM")]
    [InlineData("armoured", "an OpenPGP private key")]
    [InlineData("OpenPGP", "an OpenPGP private key")]
    [InlineData("DER", "a private key in DER")]
    [InlineData("encrypted DER", "a private key in DER")]
    public async Task A_private_key_is_found_whatever_its_form_and_name(string form, string kind)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        await File.WriteAllBytesAsync(git.At("notes.txt"), BytesOf(form), TestContext.Current.CancellationToken);
        Assert.Equal(new FoundKey("notes.txt", kind, IsTracked: false), Assert.Single(await FindAsync(git)));
        git.Git("add", "notes.txt");
        Assert.True(Assert.Single(await FindAsync(git)).IsTracked);
    }

    [Fact]
    public async Task What_git_ignores_is_looked_at_by_its_name()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        await File.WriteAllTextAsync(git.At(".gitignore"), "*.pem\nout/\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(git.At("out/deep"));
        foreach (string name in (string[])["release.pem", "out/deep/cosign.key", "out/deep/layer"])
            await File.WriteAllBytesAsync(git.At(name), BytesOf("cosign"), TestContext.Current.CancellationToken);
        Assert.Equal(["out/deep/cosign.key", "release.pem"], (await FindAsync(git)).Select(key => key.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n")]
    [InlineData("const string Begin = \"-----BEGIN EC PRIVATE KEY-----\";\n")]
    [InlineData("grep -- '-----BEGIN PRIVATE KEY-----' file\n")]
    [InlineData("A PRIVATE KEY is nothing for a checkout.\n")]
    [InlineData("")]
    public async Task A_text_about_keys_is_none(string text)
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        await File.WriteAllTextAsync(git.At("README.md"), text, TestContext.Current.CancellationToken);
        Assert.Empty(await FindAsync(git));
    }

    [Fact]
    public async Task What_is_public_large_or_elsewhere_is_none()
    {
        using GitRepositoryFixture git = new GitRepositoryFixture().Commit();
        string outside = Path.Combine(Directory.CreateTempSubdirectory("slipway-key-").FullName, "release.pem");
        await File.WriteAllBytesAsync(outside, BytesOf("EC"), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(git.At("linked.pem"), outside);
        await File.WriteAllTextAsync(git.At("release.pub"), Key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(git.At("public.der"), Key.ExportSubjectPublicKeyInfo(), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(git.At("large"), [.. BytesOf("EC"), .. new byte[100_000]], TestContext.Current.CancellationToken);
        Assert.Empty(await FindAsync(git));
        File.Delete(outside);
    }

    /// <summary>The product's own tests show keys of every kind; none of them is one.</summary>
    [Fact]
    public async Task This_checkout_has_none()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Slipway.slnx")))
            root = Path.GetDirectoryName(root)!;
        Assert.Empty(
            (await WorkTreeKeys.FindAsync(new GitRepository(root), TestContext.Current.CancellationToken)).Where(key => key.IsTracked)
        );
    }

    private static async Task<IReadOnlyList<FoundKey>> FindAsync(GitRepositoryFixture git) =>
        await WorkTreeKeys.FindAsync(new GitRepository(git.Root), TestContext.Current.CancellationToken);

    private static byte[] BytesOf(string form)
    {
        PbeParameters locked = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string Pem(string label, string head = "") => $"-----BEGIN {label}-----\n{head}{Body}\n-----END {label}-----\n";
        return form switch
        {
            "DER" => Key.ExportPkcs8PrivateKey(),
            "encrypted DER" => Key.ExportEncryptedPkcs8PrivateKey("a", locked),
            "OpenPGP" => [0x95, 0x01, 0x00, 4, .. new byte[300]],
            _ => System.Text.Encoding.ASCII.GetBytes(
                form switch
                {
                    "PKCS#8" => Key.ExportPkcs8PrivateKeyPem(),
                    "EC" => Key.ExportECPrivateKeyPem(),
                    "encrypted" => Key.ExportEncryptedPkcs8PrivateKeyPem("a", locked),
                    "cosign" => Pem("ENCRYPTED SIGSTORE PRIVATE KEY"),
                    "OpenSSH" => Pem("OPENSSH PRIVATE KEY"),
                    "old encrypted" => Pem(
                        "RSA PRIVATE KEY",
                        "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
                    ),
                    "with carriage returns" => Pem("PRIVATE KEY").Replace("\n", "\r\n", StringComparison.Ordinal),
                    "after a certificate" => Pem("CERTIFICATE") + Pem("EC PRIVATE KEY"),
                    _ => Pem("PGP PRIVATE KEY BLOCK", "Comment: mine\n\n"),
                }
            ),
        };
    }
}
