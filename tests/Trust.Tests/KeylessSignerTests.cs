using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Trust.Tests;

/// <summary>
/// Keyless signing up to the wire: what cosign is asked, with what it may prove an identity, and what becomes of its answers. That
/// the public instance believes it is shown nowhere here.
/// </summary>
public sealed class KeylessSignerTests : IDisposable
{
    private readonly RecordingCosign _cosign = new();

    public KeylessSignerTests() => Set("token+only+for/tests", "secret+only+for/tests");

    public void Dispose()
    {
        Set(null, null);
        _cosign.Dispose();
    }

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
            Assert.Equal(
                ("AwQ=", 7, "0102"),
                (
                    log.RootElement.GetProperty("SignedEntryTimestamp").GetString(),
                    log.RootElement.GetProperty("Payload").GetProperty("logIndex").GetInt32(),
                    log.RootElement.GetProperty("Payload").GetProperty("logID").GetString()
                )
            );
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
        KeylessSigner signer = await SignerAsync(new SigstoreInstance { SigningConfig = "services.json", TrustedRoot = _cosign.Root });
        await TrustStore.Create(fixture.At("keyless")).SignAsync(fixture.Signed, fixture.Statements, signer, default);
        foreach ((string asked, string seen) in _cosign.Calls.Zip(_cosign.Variables))
        {
            bool signs =
                asked.StartsWith("sign-blob", StringComparison.Ordinal) || asked.StartsWith("attest-blob --yes", StringComparison.Ordinal);
            Assert.Equal(signs ? "token+only+for/tests|token+only+for/tests|||" : "||||", seen);
            if (signs)
                Assert.Contains(" --yes --new-bundle-format=true --bundle ", asked, StringComparison.Ordinal);
            if (signs)
                Assert.Contains($" --signing-config services.json --trusted-root {_cosign.Root} ", asked, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(_cosign.Calls, asked => asked.Contains("only+for/tests", StringComparison.Ordinal));
        Assert.Equal(["closed"], _cosign.Input.Distinct());
    }

    [Fact]
    public async Task What_cosign_verifies_is_asked_with_identity_issuer_and_kind()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await SignerAsync(new SigstoreInstance { TrustedRoot = _cosign.Root });
        await store.SignAsync(fixture.Signed, fixture.Statements, signer, default);
        string said =
            $"--new-bundle-format=true --certificate-identity {RecordingCosign.Subject} "
            + $"--certificate-oidc-issuer {RecordingCosign.Issuer} --trusted-root /";
        Assert.Contains(_cosign.Calls, asked =>
            asked.StartsWith("verify-blob --bundle ", StringComparison.Ordinal) && asked.Contains(said, StringComparison.Ordinal)
        );
        Assert.Contains(_cosign.Calls, asked =>
            asked.StartsWith("verify-blob-attestation --bundle ", StringComparison.Ordinal)
            && asked.Contains(said, StringComparison.Ordinal)
            && asked.Contains($"/root --type {Statement.SpdxType} ", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(_cosign.Calls, asked => asked.StartsWith("initialize", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_without_a_promise_leaves_the_tag_form_out_and_the_bundle_says_it_all()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            Identity(await _cosign.OpenAsync(entry: RecordingCosign.EntryWithoutPromise)),
            default
        );
        Assert.Equal(6, (await store.SignAsync(fixture.Signed, fixture.Statements, signer, default)).Made);
        Assert.DoesNotContain(store.Layout.ReadIndex().Manifests, entry => entry.Annotations.ContainsKey(OciLayout.RefName));
        Assert.True((await VerifyAsync(fixture, store, signer.Trusted)).Passed);
    }

    [Fact]
    public async Task What_is_signed_with_a_key_is_not_by_an_identity_nor_the_other_way_round()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await SignerAsync();
        await store.SignAsync(fixture.Signed, fixture.Statements, signer, default);
        Assert.All((await VerifyAsync(fixture, fixture.Store, signer.Trusted)).Failures, failure =>
            Assert.Equal(FailureReason.SignedByOtherKey, failure.Failure)
        );
        Assert.All((await VerifyAsync(fixture, store, fixture.Signer.Key)).Failures, failure =>
            Assert.Equal(FailureReason.SignedByOtherKey, failure.Failure)
        );
    }

    [Theory]
    [InlineData("echo 'error: none of the expected identities matched' >&2; exit 1", FailureReason.SignedByOtherKey)]
    [InlineData("exit 3", FailureReason.SignedByOtherKey)]
    [InlineData("echo 'none of the expected identities matched, got 503 Service Unavailable' >&2; exit 1", FailureReason.SignedByOtherKey)]
    [InlineData(
        "echo 'none matched, got dial tcp: no such host: context deadline exceeded [429] giving up after TLS handshake' >&2; exit 1",
        FailureReason.SignedByOtherKey
    )]
    public async Task What_cosign_denies_is_denied(string verifies, FailureReason reason)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        VerificationResult result = await VerifyAsync(fixture, store, Identity(await _cosign.OpenAsync(verifies: verifies)));
        Assert.All(result.Subjects, subject => Assert.Equal(reason, subject.Failure));
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData("echo 'whatever it says' >&2; exit 7")]
    public async Task A_trusted_root_that_cannot_be_fetched_is_no_verdict(string initializes)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        CertificateIdentity identity = Identity(await _cosign.OpenAsync(initializes: initializes));
        int asked = _cosign.Calls.Count;
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => VerifyAsync(fixture, store, identity));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Equal(["initialize"], _cosign.Calls.Skip(asked));
    }

    [Theory]
    [InlineData("exit 0", "left no trusted_root.json")]
    [InlineData("mkdir -p \"$TUF_ROOT/targets\" && echo '{}' > \"$TUF_ROOT/targets/trusted_root.json\"", "is no trusted root")]
    public async Task A_fetched_root_that_is_none_is_told_and_nothing_is_verified(string initializes, string problem)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        CertificateIdentity identity = Identity(await _cosign.OpenAsync(initializes: initializes));
        Assert.Contains(
            problem,
            (await Assert.ThrowsAsync<CosignException>(() => VerifyAsync(fixture, store, identity))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("cut short")]
    [InlineData("no authority")]
    [InlineData("no log")]
    [InlineData("damaged certificate")]
    [InlineData("of another kind")]
    [InlineData("device")]
    [InlineData("too large")]
    public async Task A_trusted_root_that_is_none_is_wrong_configuration_before_cosign_is_asked(string how)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, [], await SignerAsync(), default);
        string sound = File.ReadAllText(_cosign.Root),
            path = how == "device" ? "/dev/zero" : fixture.At("root.json");
        string? text = how switch
        {
            "empty" => "",
            "cut short" => sound[..^20],
            "no authority" => sound.Replace("certificateAuthorities", "authorities", StringComparison.Ordinal),
            "no log" => sound.Replace("tlogs", "logs", StringComparison.Ordinal),
            "damaged certificate" => sound.Replace(
                "\"certificates\":[{\"rawBytes\":\"MII",
                "\"certificates\":[{\"rawBytes\":\"AAA",
                StringComparison.Ordinal
            ),
            "of another kind" => "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"}",
            "too large" => sound + new string(' ', 1 << 20),
            _ => null,
        };
        if (text is not null)
            File.WriteAllText(path, text);
        int asked = _cosign.Calls.Count;
        CertificateIdentity identity = Identity(await _cosign.OpenAsync(), new SigstoreInstance { TrustedRoot = path });
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => VerifyAsync(fixture, store, identity));
        Assert.Contains($"--trusted-root {path}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_cosign.Calls.Skip(asked), line => line.StartsWith("verify", StringComparison.Ordinal));
    }

    /// <summary>cosign 2.5 repeats what a log entry calls itself: <c>invalid kind value: "dial tcp"</c>.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Junk_that_makes_cosign_talk_of_an_outage_hides_no_good_signature(bool tagForm)
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        await store.SignAsync(fixture.Signed, fixture.Statements, await SignerAsync(), default);
        Oci.Index sound = store.Layout.ReadIndex();
        ImmutableArray<Descriptor> junk =
        [
            await JunkClaimAsync(fixture, store),
            await JunkBundleAsync(fixture, store, Statement.SignType),
            await JunkBundleAsync(fixture, store, Statement.SpdxType),
        ];
        string tag = SignatureManifest.TagOf(fixture.Root.Digest);
        store.Layout.WriteIndex(
            new Oci.Index([.. junk, .. sound.Manifests.Where(entry => entry.Annotations.GetValueOrDefault(OciLayout.RefName) != tag)])
        );
        CertificateIdentity identity = Identity(
            await _cosign.OpenAsync(
                verifies: "if grep -q -e AAAAAAAA \"$out\"; then echo 'invalid kind value: \"dial tcp\"' >&2; exit 1; fi"
            )
        );
        VerificationPolicy policy = VerificationPolicy.Require(identity).WithAttestations(Statement.ProvenanceType);
        Assert.True((await fixture.VerifyAsync(tagForm ? policy.WithTagForm() : policy, signatures: store.Layout)).Passed);

        store.Layout.WriteIndex(new Oci.Index([junk[1]]));
        Assert.Equal(FailureReason.SignedByOtherKey, (await VerifyAsync(fixture, store, identity)).Subjects[0].Failure);
    }

    /// <summary>A tag with a claim that nobody signed before the good one.</summary>
    private static async Task<Descriptor> JunkClaimAsync(SignedImageFixture fixture, TrustStore store)
    {
        string tag = SignatureManifest.TagOf(fixture.Root.Digest);
        Descriptor good = (await LayersAsync(store, tag)).Single();
        Descriptor junk = good with { Annotations = good.Annotations.SetItem(SignatureManifest.SignatureKey, "AAAAAAAA") };
        return await store.Layout.AddManifestAsync(new SignatureManifest([junk, good]).Content) with
        {
            Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, tag),
        };
    }

    private static async Task<Descriptor> JunkBundleAsync(SignedImageFixture fixture, TrustStore store, string type)
    {
        Statement claim = new([new StatementSubject(fixture.Official.Name, fixture.Root.Digest)], type, "{}"u8.ToArray());
        SigstoreBundle bundle = new(
            new DsseEnvelope(DsseEnvelope.InToto, claim.ToBytes(), [new byte[6]]),
            """{"certificate":{"rawBytes":"MAA="}}"""u8.ToArray()
        );
        await store.Layout.AddBlobAsync(MediaType.Empty, BundleManifest.Config, default);
        await store.Layout.AddBlobAsync(MediaType.SigstoreBundle, bundle.ToBytes(), default);
        return await store.Layout.AddManifestAsync(BundleManifest.For(fixture.Root, bundle.ToBytes(), type)) with
        {
            ArtifactType = MediaType.SigstoreBundle,
        };
    }

    [Fact]
    public async Task What_was_signed_as_somebody_else_is_not_kept()
    {
        using SignedImageFixture fixture = await SignedImageFixture.CreateAsync();
        TrustStore store = TrustStore.Create(fixture.At("keyless"));
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            Identity(await _cosign.OpenAsync(verifies: "echo mismatch >&2; exit 1")),
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
    [InlineData("echo '{}' > \"$out\"", "is no bundle")]
    [InlineData("echo 'no token' >&2; exit 1", "It said: no token")]
    [InlineData(
        """printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"certificate":{"rawBytes":"MAA="}},"dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MAA="}]}}' > "$out" """,
        "signed other bytes"
    )]
    public async Task What_goes_wrong_is_told_and_nothing_is_kept(string signs, string problem)
    {
        KeylessSigner signer = await KeylessSigner.OpenAsync(Identity(await _cosign.OpenAsync(signs)), default);
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => signer.SignStatementAsync(Any, default));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("only+for/tests", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_that_do_not_answer_are_told_in_cosigns_words_which_decide_nothing()
    {
        KeylessSigner signer = await KeylessSigner.OpenAsync(
            Identity(await _cosign.OpenAsync("echo 'Post \"https://fulcio.sigstore.dev\": dial tcp: i/o timeout' >&2; exit 1")),
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
        CosignProgram old = await _cosign.OpenAsync(help: "--predicate=");
        CosignException e = await Assert.ThrowsAsync<CosignException>(() => KeylessSigner.OpenAsync(Identity(old), default));
        Assert.True(e.IsMissing);
        Assert.Contains("wanted 2.6 or newer", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dev.sigstore.cosign/certificate", "no certificate")]
    [InlineData("dev.sigstore.cosign/bundle", "{}")]
    [InlineData(
        "dev.sigstore.cosign/bundle",
        """{"SignedEntryTimestamp":"AwQ=","Payload":{"body":"e30=","integratedTime":1,"logIndex":1,"logID":"0102"}}"""
    )]
    [InlineData(
        "dev.sigstore.cosign/bundle",
        """{"SignedEntryTimestamp":"AwQ=","Payload":{"body":"eyJraW5kIjoiZHNzZSIsImFwaVZlcnNpb24iOiIwLjAuMSJ9","integratedTime":1,"logIndex":1,"logID":"x"}}"""
    )]
    public async Task A_malformed_proof_in_an_annotation_is_told(string annotation, string value)
    {
        KeylessSigner signer = await SignerAsync();
        Descriptor layer = (await signer.SignClaimAsync("{}"u8.ToArray(), default))!;
        await Assert.ThrowsAsync<ContentException>(() =>
            signer.Trusted.SignedAsync(
                StoredSignature.Of(layer with { Annotations = layer.Annotations.SetItem(annotation, value) }, "{}"u8.ToArray()),
                default
            )
        );
        Assert.True(await signer.Trusted.SignedAsync(StoredSignature.Of(layer, "{}"u8.ToArray()), default));
        using JsonDocument bundle = JsonDocument.Parse(_cosign.Verified);
        Assert.Equal("application/vnd.dev.sigstore.bundle+json;version=0.1", bundle.RootElement.GetProperty("mediaType").GetString());
    }

    private static Statement Any { get; } =
        new([new StatementSubject("quay.io/test/tiny", Digest.Of("x"u8))], Statement.SpdxType, "{}"u8.ToArray());

    private int Signings() =>
        _cosign.Calls.Count(asked =>
            asked.StartsWith("sign-blob", StringComparison.Ordinal) || asked.StartsWith("attest-blob --yes", StringComparison.Ordinal)
        );

    private static CertificateIdentity Identity(CosignProgram cosign, SigstoreInstance? instance = null) =>
        new(RecordingCosign.Subject, RecordingCosign.Issuer, instance ?? SigstoreInstance.Public, cosign);

    private async Task<KeylessSigner> SignerAsync(SigstoreInstance? instance = null) =>
        await KeylessSigner.OpenAsync(Identity(await _cosign.OpenAsync(), instance), default);

    private static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture, TrustStore store, ITrustedSigner signer) =>
        fixture.VerifyAsync(VerificationPolicy.Require(signer), signatures: store.Layout);

    private static async Task<ImmutableArray<Descriptor>> LayersAsync(TrustStore store, string tag)
    {
        Descriptor stored = (await store.Layout.ResolveAsync(tag, default))!;
        return SignatureManifest.Parse((await store.Layout.ReadManifestAsync(stored.Digest, default))!).Layers;
    }

    private static void Set(string? token, string? secret)
    {
        foreach (string name in (string[])["SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"])
            Environment.SetEnvironmentVariable(name, token);
        foreach (
            string name in (string[])
                [
                    "QUAY_PASSWORD",
                    "DOCKERHUB_TOKEN",
                    "COSIGN_EXPERIMENTAL",
                    "COSIGN_INSECURE_IGNORE_TLOG",
                    "COSIGN_CERTIFICATE_IDENTITY_REGEXP",
                ]
        )
            Environment.SetEnvironmentVariable(name, secret);
    }
}
