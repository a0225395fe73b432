using System.Text;
using System.Text.Json.Nodes;
using Slipway.Oci;

namespace Slipway.Trust.Tests;

/// <summary>A file's signature as a bundle.</summary>
public sealed class BlobSignatureTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("0123  release.json\n");

    [Fact]
    public async Task A_file_is_signed_and_read_back_and_its_bytes_stay_the_same()
    {
        using KeySigner signer = KeySigner.CreateThrowAway();
        BlobSignature made = await signer.SignBlobAsync(Content, default);
        BlobSignature read = BlobSignature.Parse(made.Bytes);

        Assert.Equal(made, read);
        Assert.True(await signer.Trusted.SignedAsync(read, Content, default));
    }

    [Fact]
    public async Task Another_file_another_key_and_another_signature_are_not_signed()
    {
        using KeySigner signer = KeySigner.CreateThrowAway(),
            other = KeySigner.CreateThrowAway();
        BlobSignature made = await signer.SignBlobAsync(Content, default);

        Assert.False(await signer.Trusted.SignedAsync(made, Content.Append((byte)' ').ToArray(), default));
        Assert.False(await other.Trusted.SignedAsync(made, Content, default));
        Assert.False(await signer.Trusted.SignedAsync(await other.SignBlobAsync(Content, default), Content, default));
    }

    [Fact]
    public async Task A_signature_that_says_it_is_by_a_certificate_is_not_believed_as_the_keys()
    {
        using KeySigner signer = KeySigner.CreateThrowAway();
        BlobSignature claims = BlobSignature.Parse(
            Changed(await signer.SignBlobAsync(Content, default), bundle =>
                bundle["verificationMaterial"] = new JsonObject { ["certificate"] = new JsonObject { ["rawBytes"] = "AAAA" } }
            )
        );

        Assert.True(claims.IsKeyless);
        Assert.False(await signer.Trusted.SignedAsync(claims, Content, default));
    }

    [Theory]
    [InlineData("mediaType", "mediaType wanted application/vnd.dev.sigstore.bundle.v0.3+json, got other")]
    [InlineData("unsigned", "wanted a signature of a file alone")]
    [InlineData("envelope", "wanted a signature of a file alone")]
    [InlineData("algorithm", "algorithm wanted SHA2_256 or SHA2_512")]
    [InlineData("space", "the signature is not base64")]
    [InlineData("unpadded", "the message digest is not base64")]
    [InlineData("chain", "either a publicKey or a certificate")]
    [InlineData("base64", "the signature is not base64")]
    [InlineData("empty", "the signature is empty")]
    [InlineData("both", "either a publicKey or a certificate")]
    [InlineData("neither", "either a publicKey or a certificate")]
    public async Task What_is_no_such_bundle_is_refused(string how, string message)
    {
        using KeySigner signer = KeySigner.CreateThrowAway();
        byte[] changed = Changed(await signer.SignBlobAsync(Content, default), bundle =>
        {
            switch (how)
            {
                case "mediaType":
                    bundle["mediaType"] = "other";
                    break;
                case "unsigned":
                    bundle.Remove("messageSignature");
                    break;
                case "base64":
                    bundle["messageSignature"]!["signature"] = "*";
                    break;
                case "envelope":
                    bundle["dsseEnvelope"] = new JsonObject
                    {
                        ["payload"] = "e30=",
                        ["payloadType"] = "a",
                        ["signatures"] = new JsonArray(new JsonObject { ["sig"] = "AAAA" }),
                    };
                    break;
                case "algorithm":
                    bundle["messageSignature"]!["messageDigest"]!["algorithm"] = "SHA1";
                    break;
                case "space":
                    bundle["messageSignature"]!["signature"] = bundle["messageSignature"]!["signature"]!.GetValue<string>().Insert(4, "\n");
                    break;
                case "unpadded":
                    bundle["messageSignature"]!["messageDigest"]!["digest"] = bundle["messageSignature"]!["messageDigest"]!["digest"]!
                        .GetValue<string>()
                        .TrimEnd('=');
                    break;
                case "chain":
                    bundle["verificationMaterial"]!["x509CertificateChain"] = new JsonObject();
                    break;
                case "empty":
                    bundle["messageSignature"]!["signature"] = "";
                    break;
                case "both":
                    bundle["verificationMaterial"]!["certificate"] = new JsonObject { ["rawBytes"] = "AAAA" };
                    break;
                default:
                    bundle["verificationMaterial"] = new JsonObject();
                    break;
            }
        });

        Assert.Contains(message, Assert.Throws<ContentException>(() => BlobSignature.Parse(changed)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SHA2_256", false, true)]
    [InlineData("SHA2_256", true, false)]
    [InlineData("SHA2_512", false, true)]
    [InlineData("SHA2_512", true, false)]
    [InlineData("", false, true)]
    public async Task What_it_says_of_the_digest_is_compared_with_the_file(string algorithm, bool other, bool holds)
    {
        using KeySigner signer = KeySigner.CreateThrowAway();
        byte[] content = other ? [1, 2, 3] : Content.ToArray();
        byte[] hash =
            algorithm == "SHA2_512"
                ? System.Security.Cryptography.SHA512.HashData(content)
                : System.Security.Cryptography.SHA256.HashData(content);
        BlobSignature changed = BlobSignature.Parse(
            Changed(await signer.SignBlobAsync(Content, default), bundle =>
                bundle["messageSignature"]!["messageDigest"] =
                    algorithm.Length == 0 ? null : new JsonObject { ["algorithm"] = algorithm, ["digest"] = Convert.ToBase64String(hash) }
            )
        );
        Assert.Equal(holds, await ((ITrustedSigner)signer.Key).SignedAsync(changed, Content, default));
    }

    [Fact]
    public void What_is_too_long_is_not_read()
    {
        byte[] excess = new byte[BlobSignature.MaximumSize + 1];
        Assert.Contains(
            "wanted at most",
            Assert.Throws<ContentException>(() => BlobSignature.Parse(excess)).Message,
            StringComparison.Ordinal
        );
    }

    private static byte[] Changed(BlobSignature signature, Action<JsonObject> change)
    {
        JsonObject bundle = JsonNode.Parse(signature.Bytes.Span)!.AsObject();
        change(bundle);
        return Encoding.UTF8.GetBytes(bundle.ToJsonString());
    }
}
