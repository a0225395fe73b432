using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Peers.Tests;

/// <summary>A key of cosign's own: what we sign through cosign, and who believes it.</summary>
public sealed class CosignSignerTests
{
    private const string Password = "only+for/tests";

    [Fact]
    public async Task What_cosign_signs_for_us_verifies_here_and_there_and_a_wrong_password_signs_nothing()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using ScratchFolder folder = new();
        string program = cosign.WriteScript(folder);
        ChildProcess generate = cosign.With("generate-key-pair", "--output-key-prefix", folder.At("key"));
        (await (generate with { Variables = new Dictionary<string, string?> { ["COSIGN_PASSWORD"] = Password } }).RunAsync()).Require();

        CosignSigner signer = await CosignSigner.OpenAsync(
            await CosignProgram.FindAsync(Password, cancellationToken, program),
            folder.At("key.key"),
            cancellationToken
        );
        Assert.Equal(VerificationKey.FromFile(folder.At("key.pub")), signer.Key);
        byte[] content = "content"u8.ToArray(),
            signature = await signer.SignAsync(content, cancellationToken);
        Assert.True(signer.Key.Verifies(content, signature));
        Assert.False(signer.Key.Verifies("other"u8.ToArray(), signature));

        folder.Write("content", "content");
        folder.Write("signature", Convert.ToBase64String(signature));
        string[] verify = ["verify-blob", "--insecure-ignore-tlog=true", "--key"];
        (await cosign.RunAsync([.. verify, folder.At("key.pub"), "--signature", folder.At("signature"), folder.At("content")])).Require();
        using KeySigner own = KeySigner.CreateThrowAway();
        folder.Write("own.pub", own.Key.Pem);
        folder.Write("own", Convert.ToBase64String(await own.SignAsync(content, cancellationToken)));
        (await cosign.RunAsync([.. verify, folder.At("own.pub"), "--signature", folder.At("own"), folder.At("content")])).Require();

        foreach (string? wrong in (string?[])["wrong", null])
        {
            CosignException e = await Assert.ThrowsAsync<CosignException>(async () =>
                await CosignSigner.OpenAsync(
                    await CosignProgram.FindAsync(wrong, cancellationToken, program),
                    folder.At("key.key"),
                    cancellationToken
                )
            );
            Assert.Contains("decryption failed", e.Message, StringComparison.Ordinal);
        }
    }
}
