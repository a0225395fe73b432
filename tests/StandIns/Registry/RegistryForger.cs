using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Oci;
using Slipway.Testing;
using Xunit;

namespace Slipway.StandIns;

/// <summary>Somebody who may write to a registry, has an image put in the place of a signed one, and no key.</summary>
public sealed class RegistryForger(DockerRegistry registry, string repository)
{
    private const string Index = "application/vnd.oci.image.index.v1+json",
        Manifest = "application/vnd.oci.image.manifest.v1+json";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Takes away the tags that lead to signatures and statements of some digests, those that end in any of these.</summary>
    public async Task StripAsync(IEnumerable<string> digests, params string[] endings)
    {
        IReadOnlyList<string> tags = await registry.TagsAsync(repository);
        foreach (
            string tag in digests.SelectMany(digest => endings.Select(ending => digest.Replace(':', '-') + ending)).Where(tags.Contains)
        )
            registry.DeleteTag(repository, tag);
    }

    /// <summary>The digests of an index and of all that it names, the index first.</summary>
    public async Task<IReadOnlyList<string>> SubjectsAsync(string tag)
    {
        JsonObject index = await ReadAsync(tag);
        return [await registry.DigestAsync(repository, tag), .. index["manifests"]!.AsArray().Select(child => (string)child!["digest"]!)];
    }

    /// <summary>Points the tags of an index and of its platforms at others that nobody has signed.</summary>
    /// <returns>What stands in place of what, by digest.</returns>
    public async Task<IReadOnlyDictionary<string, string>> ReplaceAsync(string tag)
    {
        Dictionary<string, string> replaced = new(StringComparer.Ordinal);
        JsonObject index = await ReadAsync(tag);
        foreach (JsonNode? child in index["manifests"]!.AsArray())
        {
            string digest = (string)child!["digest"]!;
            JsonObject manifest = await ReadAsync(digest);
            manifest["annotations"] = new JsonObject { ["org.example.forged"] = "yes" };
            Name(child, await WriteAsync($"{tag}-{child["platform"]!["architecture"]}", manifest));
            replaced.Add(digest, (string)child["digest"]!);
        }

        string old = await registry.DigestAsync(repository, tag);
        replaced.Add(old, Digest.Of(await WriteAsync(tag, index)).ToString());
        return replaced;
    }

    /// <summary>Gives every replacement the signatures and statements of what it replaced.</summary>
    /// <param name="rename">Whether to write the new digests into what was signed.</param>
    public async Task LendAsync(IReadOnlyDictionary<string, string> replaced, bool rename)
    {
        byte[] Change(byte[] signed) => rename ? Encoding.UTF8.GetBytes(Rename(Encoding.UTF8.GetString(signed), replaced)) : signed;
        foreach ((string from, string to) in replaced)
        {
            foreach (string ending in (string[])[".sig", ".att", ""])
                await CopyAsync(from.Replace(':', '-') + ending, to.Replace(':', '-') + ending, to, Change);
        }
    }

    /// <summary>Points a tag at what another one names.</summary>
    public async Task PointAsync(string tag, string at) => await WriteAsync(tag, await BytesAsync(at));

    private async Task<byte[]> CopyAsync(string from, string to, string subject, Func<byte[], byte[]> change)
    {
        JsonObject manifest = await ReadAsync(from);
        if (manifest["manifests"] is JsonArray referrers)
        {
            foreach (JsonNode? referrer in referrers)
                Name(referrer!, await CopyAsync((string)referrer!["digest"]!, "", subject, change));
        }

        foreach (JsonNode? layer in manifest["layers"]?.AsArray() ?? [])
            Name(layer!, await WriteBlobAsync(Changed(await ReadBlobAsync((string)layer!["digest"]!), change)));
        if (manifest["subject"] is { } about)
            Name(about, await BytesAsync(subject));
        return await WriteAsync(to, manifest);
    }

    /// <summary>What is signed lies in the open, in an envelope, or in an envelope in a bundle.</summary>
    private static byte[] Changed(byte[] blob, Func<byte[], byte[]> change)
    {
        JsonObject json = JsonNode.Parse(blob)!.AsObject();
        JsonObject envelope = json["dsseEnvelope"]?.AsObject() ?? json;
        if (envelope["payload"] is not { } payload)
            return change(blob);
        envelope["payload"] = Convert.ToBase64String(change(Convert.FromBase64String((string)payload!)));
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static string Rename(string text, IReadOnlyDictionary<string, string> replaced) =>
        replaced.Aggregate(text, (renamed, pair) =>
            renamed.Replace(pair.Key["sha256:".Length..], pair.Value["sha256:".Length..], StringComparison.Ordinal)
        );

    private static void Name(JsonNode descriptor, byte[] content) =>
        (descriptor["digest"], descriptor["size"]) = (Digest.Of(content).ToString(), content.Length);

    private async Task<JsonObject> ReadAsync(string reference) => JsonNode.Parse(await BytesAsync(reference))!.AsObject();

    private async Task<byte[]> BytesAsync(string reference)
    {
        using HttpRequestMessage ask = new(HttpMethod.Get, new Uri($"{repository}/manifests/{reference}", UriKind.Relative));
        ask.Headers.Accept.ParseAdd($"{Index}, {Manifest}");
        using HttpResponseMessage answer = await registry.Client.SendAsync(ask, Stop);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(Stop);
    }

    /// <param name="tag">Of the manifest, which goes by its digest alone when this is empty.</param>
    private Task<byte[]> WriteAsync(string tag, JsonObject manifest) => WriteAsync(tag, Encoding.UTF8.GetBytes(manifest.ToJsonString()));

    private async Task<byte[]> WriteAsync(string tag, byte[] bytes)
    {
        string reference = tag.Length > 0 ? tag : Digest.Of(bytes).ToString();
        using ByteArrayContent content = new(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(JsonNode.Parse(bytes)!["manifests"] is null ? Manifest : Index);
        using HttpResponseMessage answer = await registry.Client.PutAsync(
            new Uri($"{repository}/manifests/{reference}", UriKind.Relative),
            content,
            Stop
        );
        answer.EnsureSuccessStatusCode();
        return bytes;
    }

    private async Task<byte[]> ReadBlobAsync(string digest) =>
        await registry.Client.GetByteArrayAsync(new Uri($"{repository}/blobs/{digest}", UriKind.Relative), Stop);

    private async Task<byte[]> WriteBlobAsync(byte[] bytes)
    {
        using HttpResponseMessage begun = await registry.Client.PostAsync(
            new Uri($"{repository}/blobs/uploads/", UriKind.Relative),
            null,
            Stop
        );
        UriBuilder upload = new(begun.EnsureSuccessStatusCode().Headers.Location!);
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(Digest.Of(bytes).ToString())}";
        using ByteArrayContent content = new(bytes);
        using HttpResponseMessage ended = await registry.Client.PutAsync(upload.Uri, content, Stop);
        ended.EnsureSuccessStatusCode();
        return bytes;
    }
}
