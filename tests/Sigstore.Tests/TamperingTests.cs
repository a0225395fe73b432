using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.StandIns;

namespace Slipway.Sigstore.Tests;

/// <summary>Each starts from a bundle that proves what it should, and changes one thing of it or of the trusted root.</summary>
public sealed class TamperingTests
{
    private static readonly DateTimeOffset LongAgo = DateTimeOffset.UtcNow.AddDays(-30);

    private static readonly (string What, SigstoreFailure Failure, Action<BundleCase> Change)[] Changes =
    [
        ("no JSON", SigstoreFailure.BundleMalformed, one => one.Bundle = new JsonObject()),
        ("unknown version", SigstoreFailure.BundleVersionUnsupported, one => one.Bundle["mediaType"] = "application/x"),
        ("no material", SigstoreFailure.BundleMalformed, one => one.Bundle.Remove("verificationMaterial")),
        ("no content", SigstoreFailure.BundleMalformed, one => one.Bundle.Remove("messageSignature")),
        ("a key beside the certificate", SigstoreFailure.BundleMalformed, one => one.Material["publicKey"] = new JsonObject()),
        ("a chain in the newest version", SigstoreFailure.BundleMalformed, one =>
        {
            VerifierTests.ToChain(one);
        }),
        ("no base64", SigstoreFailure.BundleMalformed, one => one.Bundle["messageSignature"]!["signature"] = "*"),
        ("a negative index", SigstoreFailure.BundleMalformed, one => one.Entry["logIndex"] = "-1"),
        ("no certificate in it", SigstoreFailure.CertificateMalformed, one => one.Material["certificate"]!["rawBytes"] = "MAA="),
        ("a key in its place", SigstoreFailure.CertificateMissing, ByKey),
        ("the root along", SigstoreFailure.RootCertificateInBundle, WithRoot),
        ("no entry of a log", SigstoreFailure.LogEntryMissing, one => one.Material.Remove("tlogEntries")),
        ("an unknown log", SigstoreFailure.LogUntrusted, one => one.Entry["logId"]!["keyId"] = Base64(new byte[32])),
        ("no log that is believed", SigstoreFailure.LogUntrusted, one => one.Root["tlogs"] = new JsonArray()),
        ("a log of another time", SigstoreFailure.LogUntrusted, one => Ended(one.Root["tlogs"]![0]!["publicKey"]!)),
        ("another log's key", SigstoreFailure.InclusionPromiseInvalid, one => OtherKey(one.Root["tlogs"]![0]!)),
        ("another time", SigstoreFailure.InclusionPromiseInvalid, one => one.Entry["integratedTime"] = "1700000000"),
        ("no time", SigstoreFailure.InclusionPromiseInvalid, one => one.Entry.Remove("integratedTime")),
        ("another index", SigstoreFailure.InclusionPromiseInvalid, one => one.Entry["logIndex"] = "7"),
        ("another promise", SigstoreFailure.InclusionPromiseInvalid, one =>
            Flip(one.Entry["inclusionPromise"]!.AsObject(), "signedEntryTimestamp")
        ),
        ("no promise", SigstoreFailure.SigningTimeMissing, one => one.Entry.Remove("inclusionPromise")),
        ("another kind", SigstoreFailure.LogEntryMismatch, one => one.Entry["kindVersion"]!["kind"] = "dsse"),
        ("no proof", SigstoreFailure.InclusionProofMissing, one => one.Entry.Remove("inclusionProof")),
        ("another place in the tree", SigstoreFailure.InclusionProofInvalid, one => one.Proof["logIndex"] = "0"),
        ("a place beyond the tree", SigstoreFailure.InclusionProofInvalid, one => one.Proof["treeSize"] = "0"),
        ("another root", SigstoreFailure.InclusionProofInvalid, one => Flip(one.Proof, "rootHash")),
        ("a hash too many", SigstoreFailure.InclusionProofInvalid, one => one.Proof["hashes"] = new JsonArray(Base64(new byte[32]))),
        ("no checkpoint", SigstoreFailure.CheckpointMalformed, one => one.Proof.Remove("checkpoint")),
        ("a checkpoint without signature", SigstoreFailure.CheckpointMalformed, one => Checkpoint(one, note => note.Split("\n\n")[0])),
        ("a checkpoint of another size", SigstoreFailure.CheckpointSignatureInvalid, one =>
            Checkpoint(one, note => note.Replace("\n2\n", "\n3\n", StringComparison.Ordinal))
        ),
        ("a checkpoint of another tree", SigstoreFailure.CheckpointMismatch, one =>
        {
            string before = one.Proof["checkpoint"]!["envelope"]!.GetValue<string>();
            JsonObject later = one.SignFile("later"u8.ToArray());
            one.Proof["checkpoint"] = later["verificationMaterial"]!["tlogEntries"]![0]!["inclusionProof"]!["checkpoint"]!.DeepClone();
            Assert.NotEqual(before, one.Proof["checkpoint"]!["envelope"]!.GetValue<string>());
        }),
        ("an authority of another time", SigstoreFailure.CertificateUntrusted, one => Ended(one.Root["certificateAuthorities"]![0]!)),
        ("another authority", SigstoreFailure.CertificateUntrusted, OtherAuthority),
        ("a log of certificates of another time", SigstoreFailure.CertificateTimestampMissing, one =>
            Ended(one.Root["ctlogs"]![0]!["publicKey"]!)
        ),
        ("another log of certificates", SigstoreFailure.CertificateTimestampMissing, one => OtherKey(one.Root["ctlogs"]![0]!)),
        ("no log has seen the certificate", SigstoreFailure.CertificateTimestampMissing, one =>
            one.Bundle = one.SignFile(one.Content, new SigningSubject(BundleCase.Issuer, BundleCase.Subject) { HasTimestamp = false })
        ),
        ("another identity", SigstoreFailure.IdentityMismatch, one =>
            one.Bundle = one.SignFile(one.Content, new SigningSubject(BundleCase.Issuer, "somebody@example.test"))
        ),
        ("an identity that begins so", SigstoreFailure.IdentityMismatch, one =>
            one.Bundle = one.SignFile(one.Content, new SigningSubject(BundleCase.Issuer, BundleCase.Subject + ".example"))
        ),
        ("nobody", SigstoreFailure.IdentityMismatch, one => one.Bundle = one.SignFile(one.Content, new SigningSubject(BundleCase.Issuer))),
        ("another issuer", SigstoreFailure.IssuerMismatch, one =>
            one.Bundle = one.SignFile(one.Content, new SigningSubject(BundleCase.Issuer + ".example", BundleCase.Subject))
        ),
        ("no issuer", SigstoreFailure.IssuerMismatch, one =>
            one.Bundle = one.SignFile(one.Content, new SigningSubject(null, BundleCase.Subject))
        ),
        ("other content", SigstoreFailure.DigestMismatch, one => one.Content = "other"u8.ToArray()),
        ("other content, of which nothing is said", SigstoreFailure.SignatureInvalid, one =>
        {
            one.Bundle["messageSignature"]!.AsObject().Remove("messageDigest");
            one.Content = "other"u8.ToArray();
        }),
        ("another digest", SigstoreFailure.DigestMismatch, one =>
            Flip(one.Bundle["messageSignature"]!["messageDigest"]!.AsObject(), "digest")
        ),
        ("another signature", SigstoreFailure.SignatureInvalid, one => Flip(one.Bundle["messageSignature"]!.AsObject(), "signature")),
        ("somebody else's certificate", SigstoreFailure.SignatureInvalid, one =>
            one.Material["certificate"] = one.SignFile(one.Content)["verificationMaterial"]!["certificate"]!.DeepClone()
        ),
        ("another signature's entry", SigstoreFailure.LogEntryMismatch, one =>
            one.Material["tlogEntries"] = one.SignFile(one.Content)["verificationMaterial"]!["tlogEntries"]!.DeepClone()
        ),
        ("another file's entry", SigstoreFailure.LogEntryMismatch, one =>
            one.Material["tlogEntries"] = one.SignFile("other"u8.ToArray())["verificationMaterial"]!["tlogEntries"]!.DeepClone()
        ),
    ];

    private static readonly (string What, SigstoreFailure Failure, Action<BundleCase> Change)[] TiledChanges =
    [
        ("no timestamp", SigstoreFailure.SigningTimeMissing, one => one.Material.Remove("timestampVerificationData")),
        ("no timestamp that is one", SigstoreFailure.TimestampMalformed, one => SetTimestamp(one, [0x30, 0])),
        ("a refused timestamp", SigstoreFailure.TimestampMalformed, one => SetTimestamp(one, [0x30, 5, 0x30, 3, 2, 1, 2])),
        ("a timestamp of something else", SigstoreFailure.TimestampMismatch, one =>
            SetTimestamp(one, one.Signer.Timestamps.Respond("x"u8))
        ),
        ("a timestamp from before the certificate", SigstoreFailure.CertificateExpired, one =>
            SetTimestamp(one, one.Signer.Timestamps.Respond(Signature(one), at: LongAgo))
        ),
        ("one more from after the certificate", SigstoreFailure.CertificateExpired, one =>
            Timestamps(one).Add(Token(one.Signer.Timestamps.Respond(Signature(one), at: DateTimeOffset.UtcNow.AddHours(1))))
        ),
        ("a timestamp from before the authority's certificate", SigstoreFailure.TimestampOutsideValidity, one =>
            SetTimestamp(one, one.Signer.Timestamps.Respond(Signature(one), at: DateTimeOffset.UtcNow.AddYears(-2)))
        ),
        ("the same without the certificate in it", SigstoreFailure.TimestampOutsideValidity, one =>
            SetTimestamp(one, one.Signer.Timestamps.Respond(Signature(one), embeds: false, DateTimeOffset.UtcNow.AddYears(-2)))
        ),
        ("an authority of another time", SigstoreFailure.TimestampOutsideValidity, one => Ended(one.Root["timestampAuthorities"]![0]!)),
        ("another authority's", SigstoreFailure.TimestampUntrusted, one => SetTimestamp(one, Stranger(one, embeds: true))),
        ("another authority's, without its certificate", SigstoreFailure.TimestampUntrusted, one =>
            SetTimestamp(one, Stranger(one, embeds: false))
        ),
        ("no authority", SigstoreFailure.TimestampUntrusted, one => one.Root.Remove("timestampAuthorities")),
        ("another index", SigstoreFailure.InclusionProofInvalid, one => one.Entry["logIndex"] = "7"),
        ("no proof, in the oldest version", SigstoreFailure.InclusionProofMissing, OldWithoutProof),
        ("another origin", SigstoreFailure.CheckpointSignatureInvalid, one =>
            Checkpoint(one, note => note.Replace("log2.test", "log3.test", StringComparison.Ordinal))
        ),
        ("another name of the key", SigstoreFailure.CheckpointSignatureInvalid, one =>
            Checkpoint(one, note => note.Replace("— log2.test", "— log3.test", StringComparison.Ordinal))
        ),
        ("a log whose key is of another time", SigstoreFailure.LogUntrusted, one => Ended(one.Root["tlogs"]![1]!["publicKey"]!)),
        ("a time that nobody signed", SigstoreFailure.SigningTimeMissing, one =>
        {
            one.Material.Remove("timestampVerificationData");
            one.Entry["integratedTime"] = DateTimeOffset
                .UtcNow.ToUnixTimeSeconds()
                .ToString(System.Globalization.CultureInfo.InvariantCulture);
        }),
    ];

    private static readonly (string What, SigstoreFailure Failure, Action<BundleCase> Change)[] EnvelopeChanges =
    [
        ("two signatures", SigstoreFailure.BundleMalformed, one => Signatures(one).Add(Signatures(one)[0]!.DeepClone())),
        ("no signature", SigstoreFailure.BundleMalformed, one => Signatures(one).Clear()),
        ("other subject", SigstoreFailure.SubjectMismatch, one => one.Content = "other"u8.ToArray()),
        ("another payload", SigstoreFailure.SignatureInvalid, one =>
            one.Bundle["dsseEnvelope"]!["payload"] = Base64(BundleCase.Statement("other"u8.ToArray()))
        ),
        ("another type of payload", SigstoreFailure.SignatureInvalid, one => one.Bundle["dsseEnvelope"]!["payloadType"] = "text/plain"),
        ("no statement", SigstoreFailure.StatementMalformed, one => Signed(one, "{}"u8.ToArray())),
        ("a statement of another type", SigstoreFailure.StatementMalformed, one => Signed(one, BundleCase.Statement(one.Content, "x"))),
        ("a statement with a member twice", SigstoreFailure.StatementMalformed, one =>
            Signed(one, Twice(BundleCase.Statement(one.Content)))
        ),
        ("another envelope's entry", SigstoreFailure.LogEntryMismatch, one =>
            one.Material["tlogEntries"] = Again(one)["verificationMaterial"]!["tlogEntries"]!.DeepClone()
        ),
        ("a file's entry", SigstoreFailure.LogEntryMismatch, one =>
            one.Material["tlogEntries"] = one.SignFile(one.Content)["verificationMaterial"]!["tlogEntries"]!.DeepClone()
        ),
    ];

    public static TheoryData<string> Files { get; } = [.. Changes.Select(change => change.What)];

    public static TheoryData<string> Tiled { get; } = [.. TiledChanges.Select(change => change.What)];

    public static TheoryData<string> Envelopes { get; } = [.. EnvelopeChanges.Select(change => change.What)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_changed_bundle_of_a_file_proves_nothing_for_one_named_reason(string what)
    {
        using BundleCase one = BundleCase.Create();
        Fails(one, Changes.Single(change => change.What == what));
    }

    [Theory]
    [MemberData(nameof(Tiled))]
    public void A_changed_bundle_of_a_log_of_tiles_proves_nothing_for_one_named_reason(string what)
    {
        using BundleCase one = BundleCase.Create(isTiled: true);
        Fails(one, TiledChanges.Single(change => change.What == what));
    }

    [Theory]
    [MemberData(nameof(Envelopes))]
    public void A_changed_bundle_of_an_envelope_proves_nothing_for_one_named_reason(string what)
    {
        using BundleCase one = BundleCase.Create(isEnvelope: true);
        Fails(one, EnvelopeChanges.Single(change => change.What == what));
    }

    private static void Fails(BundleCase one, (string What, SigstoreFailure Failure, Action<BundleCase> Change) change)
    {
        Assert.Null(one.Failure());
        change.Change(one);
        Assert.Equal(change.Failure, one.Failure());
    }

    private static void ByKey(BundleCase one)
    {
        one.Material.Remove("certificate");
        one.Material["publicKey"] = new JsonObject();
    }

    private static void WithRoot(BundleCase one)
    {
        one.Bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1";
        VerifierTests.ToChain(one);
        one.Material["x509CertificateChain"]!["certificates"]!
            .AsArray()
            .Add(new JsonObject { ["rawBytes"] = Base64(one.Signer.Authority.Certificate.RawData) });
    }

    private static void OldWithoutProof(BundleCase one)
    {
        one.Bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1";
        one.Entry.Remove("inclusionProof");
    }

    /// <summary>Of the same name, with another key.</summary>
    private static void OtherAuthority(BundleCase one)
    {
        using SigningAuthority other = new(TimeProvider.System);
        one.Root["certificateAuthorities"]![0]!["certChain"]!["certificates"]![0]!["rawBytes"] = Base64(other.Certificate.RawData);
    }

    private static void OtherKey(JsonNode log)
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        log["publicKey"]!["rawBytes"] = Base64(other.ExportSubjectPublicKeyInfo());
    }

    private static void Ended(JsonNode owner) => owner["validFor"]!["end"] = DateTimeOffset.UtcNow.AddDays(-1).ToString("O");

    private static void Checkpoint(BundleCase one, Func<string, string> change)
    {
        string note = one.Proof["checkpoint"]!["envelope"]!.GetValue<string>();
        Assert.NotEqual(note, change(note));
        one.Proof["checkpoint"]!["envelope"] = change(note);
    }

    private static byte[] Signature(BundleCase one) =>
        Convert.FromBase64String(one.Bundle["messageSignature"]!["signature"]!.GetValue<string>());

    private static byte[] Stranger(BundleCase one, bool embeds)
    {
        using TimestampAuthority other = new(TimeProvider.System);
        return other.Respond(Signature(one), embeds);
    }

    private static JsonArray Timestamps(BundleCase one) => one.Material["timestampVerificationData"]!["rfc3161Timestamps"]!.AsArray();

    private static void SetTimestamp(BundleCase one, byte[] response)
    {
        Timestamps(one).Clear();
        Timestamps(one).Add(Token(response));
    }

    private static JsonObject Token(byte[] response) => new() { ["signedTimestamp"] = Base64(response) };

    private static JsonArray Signatures(BundleCase one) => one.Bundle["dsseEnvelope"]!["signatures"]!.AsArray();

    private static void Signed(BundleCase one, byte[] payload) =>
        one.Bundle = one.Signer.SignEnvelope(payload, new SigningSubject(BundleCase.Issuer, BundleCase.Subject));

    private static JsonObject Again(BundleCase one) =>
        one.Signer.SignEnvelope(BundleCase.Statement(one.Content), new SigningSubject(BundleCase.Issuer, BundleCase.Subject));

    private static byte[] Twice(byte[] statement) =>
        Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(statement).Replace("\"predicate\":{}", "\"predicate\":{},\"predicate\":1", StringComparison.Ordinal)
        );

    private static void Flip(JsonObject owner, string name)
    {
        byte[] bytes = Convert.FromBase64String(owner[name]!.GetValue<string>());
        bytes[^1] ^= 1;
        owner[name] = Base64(bytes);
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);
}
