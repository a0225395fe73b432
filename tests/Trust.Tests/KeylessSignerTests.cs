using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Trust.Tests;

/// <summary>
/// Keyless signing up to the wire: what cosign is asked, with what it may prove an identity, and what becomes of its answers. That
/// the public instance believes it is shown nowhere here.
/// </summary>
[Collection(nameof(KeylessCases))]
public sealed class KeylessSignerTests : KeylessCases
{
    [Fact]
    public async Task An_image_is_signed_in_both_forms_with_what_proves_it()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await SignerAsync();
        TrustChange change = await store.SignAsync(fixture.Signed, fixture.Statements, signer, default);
        Assert.Equal(new TrustChange(9, 0), change);
        Assert.True((await VerifyAsync(fixture, store, signer.Trusted)).Passed);

        ImmutableArray<Descriptor> layers =
        [
            .. await LayersAsync(store, SignatureManifest.TagOf(fixture.Root.Digest)),
            .. await LayersAsync(store, AttestationLayer.TagOf(fixture.Root.Digest)),
        ];
        Assert.Equal(2, layers.Length);
        Assert.All(layers, layer =>
        {
            Assert.StartsWith(
                "-----BEGIN CERTIFICATE-----\n",
                layer.Annotations["dev.sigstore.cosign/certificate"],
                StringComparison.Ordinal
            );
            using JsonDocument log = JsonDocument.Parse(layer.Annotations["dev.sigstore.cosign/bundle"]);
            Assert.NotEmpty(log.RootElement.GetProperty("SignedEntryTimestamp").GetBytesFromBase64());
            Assert.InRange(log.RootElement.GetProperty("Payload").GetProperty("logIndex").GetInt32(), 0, 8);
            Assert.Equal(64, log.RootElement.GetProperty("Payload").GetProperty("logID").GetString()!.Length);
        });
    }

    [Fact]
    public async Task A_rerun_signs_nothing_again()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, fixture.Statements, await SignerAsync(), default);
        int asked = Signings();
        Assert.Equal(new TrustChange(0, 9), await store.SignAsync(fixture.Signed, fixture.Statements, await SignerAsync(), default));
        Assert.Equal(asked, Signings());
    }

    [Fact]
    public async Task Cosign_gets_the_identity_to_sign_alone_and_never_a_registrys_password()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        KeylessSigner signer = await SignerAsync(new SigstoreInstance { SigningConfig = "services.json", TrustedRoot = Cosign.Root });
        await TrustStore.Create(fixture.At("keyless")).SignAsync(fixture.Signed, fixture.Statements, signer, default);
        foreach ((string asked, string seen) in Cosign.Calls.Zip(Cosign.Variables))
        {
            bool signs =
                asked.StartsWith("sign-blob", StringComparison.Ordinal) || asked.StartsWith("attest-blob --yes", StringComparison.Ordinal);
            Assert.Equal(signs ? "token+only+for/tests|token+only+for/tests|||" : "||||", seen);
            if (signs)
                Assert.Contains(" --yes --new-bundle-format=true --bundle ", asked, StringComparison.Ordinal);
            if (signs)
                Assert.Contains($" --signing-config services.json --trusted-root {Cosign.Root} ", asked, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Cosign.Calls, asked => asked.Contains("only+for/tests", StringComparison.Ordinal));
        Assert.Equal(["closed"], Cosign.Input.Distinct());
    }

    [Fact]
    public async Task A_log_without_a_promise_leaves_the_tag_form_out_and_the_bundle_says_it_all()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            await Cosign.OpenAsync(isTiled: true),
            Identity(new SigstoreInstance { TrustedRoot = Cosign.TiledRoot }),
            default
        );
        Assert.Equal(6, (await store.SignAsync(fixture.Signed, fixture.Statements, signer, default)).Made);
        Assert.DoesNotContain(store.Layout.ReadIndex().Manifests, entry => entry.Annotations.ContainsKey(OciLayout.RefName));
        Assert.True((await VerifyAsync(fixture, store, signer.Trusted)).Passed);
    }

    [Fact]
    public async Task What_was_signed_as_somebody_else_is_not_kept()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            await Cosign.OpenAsync(subject: "https://github.com/somebody/else"),
            Identity(),
            default
        );
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => store.SignAsync(fixture.Signed, [], signer, default));
        Assert.Contains(
            $"is not by {RecordingCosign.Subject} of {RecordingCosign.Issuer}; nothing was kept",
            e.Message,
            StringComparison.Ordinal
        );
        Assert.Empty(store.Layout.ReadIndex().Manifests);
    }

    [Theory]
    [InlineData("exit 0", "left no bundle")]
    [InlineData("echo '{}' > \"$out\"", "is not a bundle")]
    [InlineData("echo 'no token' >&2; exit 1", "Its output: no token")]
    [InlineData(
        """printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"MAA="}},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MAA="}]}}' > "$out" """,
        "signed other bytes"
    )]
    public async Task What_goes_wrong_is_told_and_nothing_is_kept(string signs, string problem)
    {
        KeylessSigner signer = await KeylessSigner.OpenAsync(await Cosign.OpenAsync(signs), Identity(), default);
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => signer.SignStatementAsync(Any, default));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("only+for/tests", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_that_do_not_answer_are_told_in_cosigns_words_which_decide_nothing()
    {
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            await Cosign.OpenAsync("echo 'Post \"https://fulcio.sigstore.dev\": dial tcp: i/o timeout' >&2; exit 1"),
            Identity(),
            default
        );
        Assert.Contains(
            "i/o timeout",
            (await Assert.ThrowsAsync<CosignException>(() => signer.SignStatementAsync(Any, default))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_cosign_that_signs_no_given_statement_is_too_old()
    {
        CosignProgram old = await Cosign.OpenAsync(help: "--predicate=");
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => KeylessSigner.OpenAsync(old, Identity(), default));
        Assert.True(e.IsMissing);
        Assert.Contains("wanted 2.6 or newer", e.Message, StringComparison.Ordinal);
    }
}
