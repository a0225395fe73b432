using System.Text;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Sigstore.Tests;

/// <summary>
/// Whatever stands in a bundle or a trusted root, what comes of it is one of the documented errors, or what was proven before.
/// </summary>
public sealed class HostileBundleTests
{
    /// <summary>What a verifier does not need, and another one may: without it, or with another value, the same is proven.</summary>
    private static readonly string[] Hints =
    [
        "$.verificationMaterial.tlogEntries[0].inclusionProof.rootHash",
        "$.messageSignature.messageDigest",
        "$.messageSignature.messageDigest.algorithm",
        "$.messageSignature.messageDigest.digest",
        // A log of tiles says nothing of what an entry is but in its body.
        "$.verificationMaterial.tlogEntries[0].inclusionPromise",
    ];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void No_member_of_a_bundle_may_be_missing_or_another(bool isEnvelope, bool isTiled)
    {
        using BundleCase one = BundleCase.Create(isEnvelope, isTiled);
        string sound = one.Bundle.ToJsonString();
        List<string> accepted = [];
        foreach (string path in Paths(one.Bundle).ToList())
        {
            foreach (
                JsonNode? value in (JsonNode?[])[null, "", "AAAA", "x", 7, -1, new JsonObject(), new JsonArray(), new JsonArray("x"), true]
            )
            {
                one.Bundle = JsonNode.Parse(sound)!.AsObject();
                JsonNode place = At(one.Bundle, path);
                if (JsonNode.DeepEquals(place, value))
                    continue;
                place.ReplaceWith(value?.DeepClone());
                if (one.Failure() is null)
                    accepted.Add($"{path} = {value?.ToJsonString() ?? "null"}");
            }
        }

        Assert.All(accepted, change => Assert.Contains(change.Split(' ')[0], Hints));
    }

    [Fact]
    public void No_byte_of_certificate_timestamp_or_log_entry_may_be_another()
    {
        using BundleCase one = BundleCase.Create(isTiled: true);
        string sound = one.Bundle.ToJsonString();
        Random random = new(18);
        foreach (
            string path in (string[])
                [
                    "$.verificationMaterial.certificate.rawBytes",
                    "$.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp",
                    "$.verificationMaterial.tlogEntries[0].canonicalizedBody",
                    "$.messageSignature.signature",
                ]
        )
        {
            for (int i = 0; i < 150; i++)
            {
                one.Bundle = JsonNode.Parse(sound)!.AsObject();
                JsonNode place = At(one.Bundle, path);
                byte[] bytes = Convert.FromBase64String(place.GetValue<string>());
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                place.ReplaceWith(Convert.ToBase64String(bytes));
                // What a timestamp's authority does not sign says nothing: a status that grants it, a certificate that is not the signer's.
                if (one.Failure() is null)
                    Assert.Contains("signedTimestamp", path, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void What_is_cut_off_is_told_in_one_of_the_documented_ways()
    {
        using BundleCase one = BundleCase.Create(isEnvelope: true, isTiled: true);
        byte[] bundle = Encoding.UTF8.GetBytes(one.Bundle.ToJsonString()),
            root = Encoding.UTF8.GetBytes(one.Root.ToJsonString());
        SigstoreVerifier verifier = new(TrustedRoot.Parse(root));
        for (int i = 0; i < 50; i++)
        {
            SigstoreException e = Assert.Throws<SigstoreException>(() =>
                verifier.Verify(bundle.AsMemory(0, bundle.Length * i / 50), null, one.Policy)
            );
            Assert.Equal(SigstoreFailure.BundleMalformed, e.Failure);
            Assert.Throws<ContentException>(() => TrustedRoot.Parse(root.AsMemory(0, root.Length * i / 50)));
        }
    }

    /// <summary>Of a trusted root all has to be sound: what is missing in it is never taken for what would believe more.</summary>
    [Fact]
    public void No_member_of_a_trusted_root_that_believes_may_be_missing_or_another()
    {
        using BundleCase one = BundleCase.Create();
        string sound = one.Root.ToJsonString();
        List<string> accepted = [];
        foreach (string path in Paths(one.Root).ToList())
        {
            foreach (JsonNode? value in (JsonNode?[])[null, "", "AAAA", 7, new JsonObject(), new JsonArray("x")])
            {
                JsonObject root = JsonNode.Parse(sound)!.AsObject();
                At(root, path).ReplaceWith(value?.DeepClone());
                try
                {
                    TrustedRoot.Parse(Encoding.UTF8.GetBytes(root.ToJsonString()));
                    accepted.Add(path);
                }
                catch (ContentException) { }
            }
        }

        Assert.All(accepted.Distinct(), path =>
            Assert.True(
                path is "$.tlogs" or "$.ctlogs" or "$.certificateAuthorities" or "$.timestampAuthorities"
                    || path.Contains("subject", StringComparison.Ordinal)
                    || path.EndsWith(".uri", StringComparison.Ordinal)
                    || path.EndsWith(".baseUrl", StringComparison.Ordinal)
                    || path.EndsWith(".keyDetails", StringComparison.Ordinal)
                    || path.EndsWith(".hashAlgorithm", StringComparison.Ordinal)
                    || path.EndsWith(".logId.keyId", StringComparison.Ordinal)
                    || path.EndsWith(".logId", StringComparison.Ordinal)
                    || path.EndsWith(".end", StringComparison.Ordinal),
                path
            )
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("x\n1\n")]
    [InlineData("x\n1\nAAAA\n\n— x AAAAAAAA\n")]
    [InlineData("x\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n")]
    [InlineData("x\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n")]
    [InlineData("x\n99999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n")]
    [InlineData("\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA\n")]
    [InlineData("x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAA\n")]
    [InlineData("x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— x AAAAAAAA")]
    [InlineData("x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n- x AAAAAAAA\n")]
    [InlineData("x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n—  AAAAAAAA\n")]
    public void A_note_of_another_form_is_no_checkpoint(string note)
    {
        Assert.Throws<ContentException>(() => Checkpoint.Parse(note));
        Assert.Equal(1, Checkpoint.Parse("x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n\n— x AAAAAAAA\n").TreeSize);
    }

    private static IEnumerable<string> Paths(JsonNode node) =>
        node switch
        {
            JsonObject members => members
                .Where(member => member.Value is not null)
                .SelectMany(member => Paths(member.Value!).Prepend(member.Value!.GetPath())),
            JsonArray items => items.SelectMany(item => Paths(item!).Prepend(item!.GetPath())),
            _ => [],
        };

    private static JsonNode At(JsonObject document, string path) => Nodes(document).First(node => node.GetPath() == path);

    private static IEnumerable<JsonNode> Nodes(JsonNode node) =>
        node switch
        {
            JsonObject members => members
                .Where(member => member.Value is not null)
                .SelectMany(member => Nodes(member.Value!))
                .Prepend(node),
            JsonArray items => items.SelectMany(item => Nodes(item!)).Prepend(node),
            _ => [node],
        };
}
