using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Oci;
using PublicKey = System.Security.Cryptography.X509Certificates.PublicKey;

namespace Slipway.StandIns;

/// <summary>
/// Signs without a key of its own, as cosign does, with an authority, logs of both versions and a timestamp authority of the tests' own,
/// into bundles that a test may take apart. Safe for several at once.
/// </summary>
public sealed class BundleSigner : IDisposable
{
    private readonly Lock _lock = new();

    public BundleSigner(TimeProvider? time = null)
    {
        TimeProvider clock = time ?? TimeProvider.System;
        (Authority, Log, Timestamps) = (new SigningAuthority(clock), new TransparencyLog(clock), new TimestampAuthority(clock));
    }

    public SigningAuthority Authority { get; }

    public TransparencyLog Log { get; }

    public TiledLog TiledLog { get; } = new();

    public TimestampAuthority Timestamps { get; }

    /// <summary>Whether entries go into the log of the second version, with a timestamp of the authority.</summary>
    public bool IsTiled { get; init; }

    /// <summary>The trusted root that names all of them, and nobody else.</summary>
    public JsonObject TrustedRoot => TrustedRootFile.Of(this);

    /// <summary>A bundle of the version 0.3 with the signature of a file.</summary>
    public JsonObject SignFile(ReadOnlySpan<byte> content, SigningSubject subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] hash = SHA256.HashData(content);
        byte[] signature = key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence);
        using X509Certificate2 certificate = Authority.Issue(subject, new PublicKey(key));
        JsonObject bundle = Bundle(certificate, Logged(hash, signature, certificate), signature);
        bundle["messageSignature"] = new JsonObject
        {
            ["messageDigest"] = new JsonObject { ["algorithm"] = "SHA2_256", ["digest"] = Convert.ToBase64String(hash) },
            ["signature"] = Convert.ToBase64String(signature),
        };
        return bundle;
    }

    /// <summary>A bundle of the version 0.3 with an envelope.</summary>
    public JsonObject SignEnvelope(ReadOnlySpan<byte> payload, SigningSubject subject, string payloadType = "application/vnd.in-toto+json")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signed =
        [
            .. Encoding.UTF8.GetBytes(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"DSSEv1 {Encoding.UTF8.GetByteCount(payloadType)} {payloadType} {payload.Length} "
                )
            ),
            .. payload,
        ];
        byte[] signature = key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using X509Certificate2 certificate = Authority.Issue(subject, new PublicKey(key));
        JsonObject envelope = new()
        {
            ["payload"] = Convert.ToBase64String(payload),
            ["payloadType"] = payloadType,
            ["signatures"] = new JsonArray(new JsonObject { ["sig"] = Convert.ToBase64String(signature) }),
        };
        JsonObject entry = IsTiled
            ? Logged(SHA256.HashData(signed), signature, certificate)
            : Logged(
                "dsse",
                new JsonObject
                {
                    ["proposedContent"] = new JsonObject
                    {
                        ["envelope"] = envelope.ToJsonString(),
                        ["verifiers"] = new JsonArray(Pem(certificate)),
                    },
                }
            );
        JsonObject bundle = Bundle(certificate, entry, signature);
        bundle["dsseEnvelope"] = envelope;
        return bundle;
    }

    public void Dispose()
    {
        Authority.Dispose();
        Log.Dispose();
        Timestamps.Dispose();
    }

    private JsonObject Bundle(X509Certificate2 certificate, JsonObject entry, byte[] signature)
    {
        JsonObject material = new()
        {
            ["certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate.RawData) },
            ["tlogEntries"] = new JsonArray(entry),
        };
        if (IsTiled)
            material["timestampVerificationData"] = new JsonObject
            {
                ["rfc3161Timestamps"] = new JsonArray(
                    new JsonObject { ["signedTimestamp"] = Convert.ToBase64String(Timestamps.Respond(signature)) }
                ),
            };
        return new JsonObject { ["mediaType"] = MediaType.SigstoreBundle, ["verificationMaterial"] = material };
    }

    private JsonObject Logged(byte[] hash, byte[] signature, X509Certificate2 certificate)
    {
        if (IsTiled)
        {
            lock (_lock)
                return TiledLog.Add(hash, signature, certificate.RawData);
        }

        return Logged(
            "hashedrekord",
            new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["hash"] = new JsonObject { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(hash) },
                },
                ["signature"] = new JsonObject
                {
                    ["content"] = Convert.ToBase64String(signature),
                    ["publicKey"] = new JsonObject { ["content"] = Pem(certificate) },
                },
            }
        );
    }

    /// <summary>An entry of the first version's log, in the form of a bundle.</summary>
    private JsonObject Logged(string kind, JsonObject spec)
    {
        lock (_lock)
        {
            (int index, _) = Log.Add(
                Encoding.UTF8.GetBytes(
                    new JsonObject
                    {
                        ["apiVersion"] = "0.0.1",
                        ["kind"] = kind,
                        ["spec"] = spec,
                    }.ToJsonString()
                )
            );
            JsonObject entry = JsonNode.Parse(OciJson.Write(writer => Log.Write(writer, index)))!.AsObject().Single().Value!.AsObject(),
                proof = entry["verification"]!["inclusionProof"]!.AsObject();
            return new JsonObject
            {
                ["logIndex"] = Text(entry["logIndex"]!),
                ["logId"] = new JsonObject { ["keyId"] = Base64OfHex(entry["logID"]!) },
                ["kindVersion"] = new JsonObject { ["kind"] = kind, ["version"] = "0.0.1" },
                ["integratedTime"] = Text(entry["integratedTime"]!),
                ["inclusionPromise"] = new JsonObject
                {
                    ["signedEntryTimestamp"] = entry["verification"]!["signedEntryTimestamp"]!.DeepClone(),
                },
                ["inclusionProof"] = new JsonObject
                {
                    ["logIndex"] = Text(proof["logIndex"]!),
                    ["rootHash"] = Base64OfHex(proof["rootHash"]!),
                    ["treeSize"] = Text(proof["treeSize"]!),
                    ["hashes"] = new JsonArray([.. proof["hashes"]!.AsArray().Select(hash => (JsonNode)Base64OfHex(hash!))]),
                    ["checkpoint"] = new JsonObject { ["envelope"] = proof["checkpoint"]!.DeepClone() },
                },
                ["canonicalizedBody"] = entry["body"]!.DeepClone(),
            };
        }
    }

    private static string Text(JsonNode number) => number.GetValue<long>().ToString(CultureInfo.InvariantCulture);

    private static string Base64OfHex(JsonNode hex) => Convert.ToBase64String(Convert.FromHexString(hex.GetValue<string>()));

    private static string Pem(X509Certificate2 certificate) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
}
