using System.Collections.Immutable;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Trust.Tests;

/// <summary>A script in cosign's place, and secrets in the environment that it must not get.</summary>
public abstract class KeylessCases : IDisposable
{
    private protected RecordingCosign Cosign { get; } = new();

    protected KeylessCases() => Set("token+only+for/tests", "secret+only+for/tests");

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Set(null, null);
        Cosign.Dispose();
    }

    private protected static Statement Any { get; } =
        new([new StatementSubject("quay.io/test/tiny", Digest.Of("x"u8))], Statement.SpdxType, "{}"u8.ToArray());

    private protected int Signings() =>
        Cosign.Calls.Count(asked =>
            asked.StartsWith("sign-blob", StringComparison.Ordinal) || asked.StartsWith("attest-blob --yes", StringComparison.Ordinal)
        );

    private protected CertificateIdentity Identity(SigstoreInstance? instance = null) =>
        new(RecordingCosign.Subject, RecordingCosign.Issuer, instance ?? new SigstoreInstance { TrustedRoot = Cosign.Root });

    private protected async Task<KeylessSigner> SignerAsync(SigstoreInstance? instance = null) =>
        await KeylessSigner.OpenAsync(await Cosign.OpenAsync(), Identity(instance), default);

    private protected static Task<VerificationResult> VerifyAsync(SignedImageFixture fixture, TrustStore store, ITrustedSigner signer) =>
        fixture.VerifyAsync(VerificationPolicy.Require(signer), signatures: store.Layout);

    private protected static async Task<ImmutableArray<Descriptor>> LayersAsync(TrustStore store, string tag)
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
