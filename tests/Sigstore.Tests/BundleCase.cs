using System.Text;
using System.Text.Json.Nodes;
using Slipway.StandIns;

namespace Slipway.Sigstore.Tests;

/// <summary>A bundle that proves what it should, with all that is needed to verify it, for tests to take apart.</summary>
public sealed class BundleCase : IDisposable
{
    public const string Subject = "https://github.com/example/images/.github/workflows/release.yml@refs/tags/v1.2.3",
        Issuer = "https://token.actions.example.test";

    private static readonly byte[] File = "content"u8.ToArray();

    private BundleCase(BundleSigner signer, bool isEnvelope)
    {
        Signer = signer;
        Root = signer.TrustedRoot;
        // Else its own would be the log's first, of which the proof is empty.
        SignFile("before"u8.ToArray());
        Bundle = isEnvelope ? signer.SignEnvelope(Statement(File), new SigningSubject(Issuer, Subject)) : SignFile(File);
    }

    public BundleSigner Signer { get; }

    /// <summary>The bundle, to be changed.</summary>
    public JsonObject Bundle { get; set; }

    /// <summary>The trusted root, to be changed.</summary>
    public JsonObject Root { get; }

    public SigstorePolicy Policy { get; set; } = SigstorePolicy.RequireIdentity(Subject, Issuer);

    /// <summary>What the bundle is to be about.</summary>
    public byte[] Content { get; set; } = File;

    public JsonObject Material => Bundle["verificationMaterial"]!.AsObject();

    public JsonObject Entry => Material["tlogEntries"]![0]!.AsObject();

    public JsonObject Proof => Entry["inclusionProof"]!.AsObject();

    public static BundleCase Create(bool isEnvelope = false, bool isTiled = false) =>
        new(new BundleSigner { IsTiled = isTiled }, isEnvelope);

    public JsonObject SignFile(byte[] content, SigningSubject? subject = null) =>
        Signer.SignFile(content, subject ?? new SigningSubject(Issuer, Subject));

    public SigstoreProof Verify() =>
        new SigstoreVerifier(TrustedRoot.Parse(Bytes(Root))).Verify(Bytes(Bundle), SignedMessage.Of(Content), Policy);

    /// <summary>Why it proves nothing; null when it does.</summary>
    public SigstoreFailure? Failure()
    {
        try
        {
            Verify();
            return null;
        }
        catch (SigstoreException e)
        {
            return e.Failure;
        }
    }

    public void Dispose() => Signer.Dispose();

    public static byte[] Statement(byte[] subject, string type = "https://in-toto.io/Statement/v1") =>
        Encoding.UTF8.GetBytes(
            $$$"""{"_type":"{{{type}}}","subject":[{"name":"x","digest":{"sha256":"{{{Sha256(subject)}}}"}}],"predicateType":"https://example.test/x","predicate":{}}"""
        );

    private static byte[] Bytes(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    private static string Sha256(byte[] bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));
}
