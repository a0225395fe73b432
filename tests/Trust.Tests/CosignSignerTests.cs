using System.Security.Cryptography;
using Slipway.Testing;

namespace Slipway.Trust.Tests;

/// <summary>How cosign is asked to sign: by a script in its place that notes what it was told, and signs with openssl.</summary>
public sealed class CosignSignerTests : IDisposable
{
    private const string Password = "only+for/tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-cosign-test-").FullName;

    public CosignSignerTests()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(At("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(At("key.pub"), key.ExportSubjectPublicKeyInfoPem());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("v2.5.3", "", "--tlog-upload=false")]
    [InlineData("v2.6.1", "", "--tlog-upload=false")]
    [InlineData("devel", "--new-bundle-format=false", "--tlog-upload=false")]
    [InlineData("v3.0.2", "", "--signing-config")]
    [InlineData("devel", "--signing-config=''", "--signing-config")]
    public async Task It_signs_into_files_without_a_log_a_terminal_or_a_secret_argument(string version, string help, string said)
    {
        CosignSigner signer = await OpenAsync(version, help);
        byte[] signature = await signer.SignAsync("content"u8.ToArray(), default);
        Assert.True(signer.Key.Verifies("content"u8.ToArray(), signature));
        string[] asked = await File.ReadAllLinesAsync(At("asked"));
        Assert.Contains(asked, line =>
            line.StartsWith("sign-blob --key awskms:///alias/release ", StringComparison.Ordinal)
            && line.Contains(said, StringComparison.Ordinal)
            && line.Contains("--yes", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(asked, line => line.Contains(Password, StringComparison.Ordinal));
        Assert.Equal(["closed"], (await File.ReadAllLinesAsync(At("input"))).Distinct());
        // What is done without the key has no business with its password.
        Assert.All(asked.Zip(await File.ReadAllLinesAsync(At("password"))), pair =>
            Assert.Equal(pair.First.Contains("--key ", StringComparison.Ordinal) ? Password : "", pair.Second)
        );
    }

    [Theory]
    [InlineData("v2.4.3", "", "got v2.4")]
    [InlineData("v1.13.6", "", "got v1.13")]
    [InlineData("devel", "--output=''", "got one before bundles")]
    public async Task One_that_is_too_old_is_refused_with_where_to_get_another(string version, string help, string got)
    {
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => OpenAsync(version, help));
        Assert.True(e.IsMissing);
        Assert.Contains(got, e.Message, StringComparison.Ordinal);
        Assert.Contains("Get cosign 2.5 or newer from https://", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_not_there_is_told_with_where_to_get_it()
    {
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => CosignProgram.FindAsync(null, default, At("nowhere")));
        Assert.True(e.IsMissing);
        Assert.Contains("Get cosign 2.5", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo 'kms: denied' >&2; exit 3", "sign-blob ended with 3; nothing was signed. Its output: kms: denied")]
    [InlineData("exit 0", "left no signature")]
    [InlineData("echo '?' > \"$out\"", "not base64")]
    [InlineData("echo AAAA > \"$out\"", "did not sign with the private half of its public key")]
    public async Task What_goes_wrong_is_told_and_nothing_is_taken_for_a_signature(string signs, string problem)
    {
        CosignSigner signer = await OpenAsync("v2.5.3", "", signs);
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => signer.SignAsync("content"u8.ToArray(), default));
        Assert.False(e.IsMissing);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_is_none_is_told()
    {
        CosignSigner signer = await OpenAsync("v3.0.2", "", "echo '{}' > \"$out\"");
        Assert.Contains(
            "not a bundle",
            (await Assert.ThrowsAsync<CosignException>(() => signer.SignAsync("content"u8.ToArray(), default))).Message,
            StringComparison.Ordinal
        );
    }

    private async Task<CosignSigner> OpenAsync(string version, string help, string? signs = null)
    {
        string program = At("cosign");
        ProgramFile.Write(
            program,
            StandIn(
                version,
                help,
                signs
                    ?? """
                    sig=$(openssl dgst -sha256 -sign "$dir/key.pem" "$blob" | base64 -w0)
                    case "$*" in *--bundle*) printf '{"messageSignature":{"signature":"%s"}}' "$sig" > "$out" ;; *) echo "$sig" > "$out" ;; esac
                    """
            )
        );
        return await CosignSigner.OpenAsync(await CosignProgram.FindAsync(Password, default, program), "awskms:///alias/release", default);
    }

    private static string StandIn(string version, string help, string signs) =>
        $$"""
            #!/bin/sh
            dir=$(dirname "$0")
            echo "$*" >> "$dir/asked"
            echo "$COSIGN_PASSWORD" >> "$dir/password"
            if read -r line; then echo "open" >> "$dir/input"; else echo "closed" >> "$dir/input"; fi
            for blob; do case "$before" in --output-signature|--bundle) out=$blob ;; esac; before=$blob; done
            case "$1 $2" in
              "version --json") echo '{ "gitVersion": "{{version}}" }' ;;
              "sign-blob --help") echo "{{help}}" ;;
              "public-key --key") cat "$dir/key.pub" ;;
              "signing-config create") echo '{}' > "$4" ;;
              "sign-blob --key") {{signs}} ;;
            esac

            """;

    private string At(string name) => Path.Combine(_folder, name);
}
