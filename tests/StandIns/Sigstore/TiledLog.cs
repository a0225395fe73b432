using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Org.BouncyCastle.Security;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>
/// A transparency log of the tests' own, as Rekor's version 2 keeps one: without promises and times, with checkpoints by an Ed25519 key.
/// </summary>
public sealed class TiledLog
{
    /// <summary>Of an Ed25519 SubjectPublicKeyInfo, before the key's 32 bytes (RFC 8410, 4).</summary>
    private static readonly byte[] Head = Convert.FromHexString("302a300506032b6570032100");

    private readonly Ed25519PrivateKeyParameters _key;
    private readonly List<byte[]> _bodies = [];

    public TiledLog()
    {
        Ed25519KeyPairGenerator generator = new();
        generator.Init(new Ed25519KeyGenerationParameters(new SecureRandom()));
        _key = (Ed25519PrivateKeyParameters)generator.GenerateKeyPair().Private;
    }

    /// <summary>Its host, which is its checkpoints' origin.</summary>
    public string Name { get; init; } = "log2.test";

    /// <summary>DER of the SubjectPublicKeyInfo.</summary>
    public byte[] Key => [.. Head, .. _key.GeneratePublicKey().GetEncoded()];

    /// <summary>The key's id in a signed note: SHA-256 of name, algorithm and key (C2SP, signed-note).</summary>
    public byte[] Id => SHA256.HashData([.. Encoding.UTF8.GetBytes(Name + "\n"), 1, .. _key.GeneratePublicKey().GetEncoded()]);

    /// <summary>Takes a <c>hashedrekord</c> 0.0.2 in.</summary>
    /// <param name="sha256">Of what is signed.</param>
    /// <returns>The entry as a bundle has it.</returns>
    public JsonObject Add(byte[] sha256, byte[] signature, byte[] certificate)
    {
        _bodies.Add(
            OciJson.Write(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("apiVersion", "0.0.2");
                writer.WriteString("kind", "hashedrekord");
                writer.WriteStartObject("spec");
                writer.WriteStartObject("hashedRekordV002");
                writer.WriteStartObject("data");
                writer.WriteString("algorithm", "SHA2_256");
                writer.WriteBase64String("digest", sha256);
                writer.WriteEndObject();
                writer.WriteStartObject("signature");
                writer.WriteBase64String("content", signature);
                writer.WriteStartObject("verifier");
                writer.WriteString("keyDetails", "PKIX_ECDSA_P256_SHA_256");
                writer.WriteStartObject("x509Certificate");
                writer.WriteBase64String("rawBytes", certificate);
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
            })
        );
        return Entry(_bodies.Count - 1);
    }

    private JsonObject Entry(int index)
    {
        byte[][] leaves = [.. _bodies.Select(body => MerkleTree.Leaf(body))];
        byte[] root = MerkleTree.Root(leaves);
        return new JsonObject
        {
            ["logIndex"] = index.ToString(CultureInfo.InvariantCulture),
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Id) },
            ["kindVersion"] = new JsonObject { ["kind"] = "hashedrekord", ["version"] = "0.0.2" },
            ["inclusionProof"] = new JsonObject
            {
                ["logIndex"] = index.ToString(CultureInfo.InvariantCulture),
                ["rootHash"] = Convert.ToBase64String(root),
                ["treeSize"] = leaves.Length.ToString(CultureInfo.InvariantCulture),
                ["hashes"] = new JsonArray([.. MerkleTree.Path(index, leaves).Select(hash => (JsonNode)Convert.ToBase64String(hash))]),
                ["checkpoint"] = new JsonObject { ["envelope"] = Checkpoint(leaves.Length, root) },
            },
            ["canonicalizedBody"] = Convert.ToBase64String(_bodies[index]),
        };
    }

    /// <summary>A signed note on a tree.</summary>
    public string Checkpoint(int size, byte[] root)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{Name}\n{size}\n{Convert.ToBase64String(root)}\n");
        byte[] message = Encoding.UTF8.GetBytes(text),
            signature = new byte[Ed25519PrivateKeyParameters.SignatureSize];
        _key.Sign(Ed25519.Algorithm.Ed25519, null, message, 0, message.Length, signature, 0);
        return $"{text}\n\u2014 {Name} {Convert.ToBase64String([.. Id[..4], .. signature])}\n";
    }
}
