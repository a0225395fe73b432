using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.StandIns;

/// <summary>
/// What one repository of a registry holds, as someone sees it who shares nothing with the product: plain requests, every
/// byte hashed, ECDSA signatures checked by the runtime's own class. Remembers what it has seen of content, which is named by
/// its digest: a check is for one moment.
/// </summary>
/// <param name="client">Its base address ends in <c>/v2/</c>; it may read. The caller disposes it.</param>
/// <param name="repository">The name inside the registry.</param>
public sealed class RepositoryCheck(HttpClient client, string repository)
{
    private const string SignatureKey = "dev.cosignproject.cosign/signature";

    private const string Accepted = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";

    private readonly Dictionary<string, string?> _flaws = new(StringComparer.Ordinal);

    /// <summary>Every tag and the digest of the bytes that it leads to, or the status where it leads to none.</summary>
    public async Task<SortedDictionary<string, string>> TagsAsync()
    {
        SortedDictionary<string, string> tags = new(StringComparer.Ordinal);
        using HttpResponseMessage answer = await client.GetAsync(At("tags/list?n=1000"));
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return tags;
        using JsonDocument list = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        JsonElement names = list.RootElement.GetProperty("tags");
        foreach (string tag in names.ValueKind == JsonValueKind.Array ? names.EnumerateArray().Select(tag => tag.GetString()!) : [])
        {
            (HttpStatusCode status, byte[] bytes) = await ReadAsync("manifests/" + tag);
            tags.Add(tag, status == HttpStatusCode.OK ? DigestOf(bytes) : status.ToString());
        }

        return tags;
    }

    /// <summary>The tags of releases: those that are not signatures of, or lists beside, something else.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ReleasesOf(SortedDictionary<string, string> tags) =>
        tags.Where(tag => !tag.Key.StartsWith("sha256-", StringComparison.Ordinal));

    /// <summary>What is wrong with the releases that are tagged; empty when each is complete and signed, or there is none.</summary>
    /// <param name="publicKey">In PEM form.</param>
    public async Task<IReadOnlyList<string>> FlawsAsync(string publicKey)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(publicKey);
        List<string> flaws = [];
        foreach ((string tag, string digest) in ReleasesOf(await TagsAsync()))
        {
            if (await FlawAsync(digest, key) is { } flaw)
                flaws.Add($"{client.BaseAddress}{repository}:{tag}: {flaw}");
        }

        return flaws;
    }

    /// <summary>Whether a blob is there with all its bytes.</summary>
    public async Task<bool> HasBlobAsync(string digest)
    {
        (HttpStatusCode status, byte[] bytes) = await ReadAsync("blobs/" + digest);
        return status == HttpStatusCode.OK && DigestOf(bytes) == digest;
    }

    private async Task<string?> FlawAsync(string digest, ECDsa key)
    {
        if (!_flaws.TryGetValue(digest, out string? flaw))
            _flaws.Add(digest, flaw = await IncompleteAsync(digest, key) ?? await UnsignedAsync(digest, key));
        return flaw;
    }

    private async Task<string?> IncompleteAsync(string digest, ECDsa key)
    {
        (HttpStatusCode status, byte[] bytes) = await ReadAsync("manifests/" + digest);
        if (status != HttpStatusCode.OK || DigestOf(bytes) != digest)
            return $"manifest {digest}: {status}";
        using JsonDocument manifest = JsonDocument.Parse(bytes);
        if (manifest.RootElement.TryGetProperty("manifests", out JsonElement children))
        {
            foreach (JsonElement child in children.EnumerateArray())
            {
                if (await FlawAsync(Digest(child), key) is { } flaw)
                    return flaw;
            }

            return null;
        }

        return await BlobFlawAsync(manifest.RootElement);
    }

    private async Task<string?> UnsignedAsync(string digest, ECDsa key)
    {
        (HttpStatusCode status, byte[] bytes) = await ReadAsync($"manifests/{digest.Replace(':', '-')}.sig");
        if (status != HttpStatusCode.OK)
            return $"{digest} has no signature: {status}";
        using JsonDocument manifest = JsonDocument.Parse(bytes);
        if (await BlobFlawAsync(manifest.RootElement) is { } flaw)
            return $"the signature of {digest}: {flaw}";
        foreach (JsonElement layer in manifest.RootElement.GetProperty("layers").EnumerateArray())
        {
            (_, byte[] payload) = await ReadAsync("blobs/" + Digest(layer));
            byte[] signature = layer.GetProperty("annotations").GetProperty(SignatureKey).GetBytesFromBase64();
            if (
                key.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                && Encoding.UTF8.GetString(payload).Contains($"\"docker-manifest-digest\":\"{digest}\"", StringComparison.Ordinal)
            )
                return null;
        }

        return $"{digest} has no signature by the key";
    }

    private async Task<string?> BlobFlawAsync(JsonElement manifest)
    {
        foreach (JsonElement blob in manifest.GetProperty("layers").EnumerateArray().Prepend(manifest.GetProperty("config")))
        {
            if (!await HasBlobAsync(Digest(blob)))
                return $"blob {Digest(blob)} is not there as it should be";
        }

        return null;
    }

    private async Task<(HttpStatusCode Status, byte[] Bytes)> ReadAsync(string path)
    {
        using HttpRequestMessage ask = new(HttpMethod.Get, At(path));
        if (path.StartsWith("manifests/", StringComparison.Ordinal))
            ask.Headers.Accept.ParseAdd(Accepted);
        using HttpResponseMessage answer = await client.SendAsync(ask);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync() : []);
    }

    private Uri At(string path) => new($"{repository}/{path}", UriKind.Relative);

    private static string Digest(JsonElement descriptor) => descriptor.GetProperty("digest").GetString()!;

    private static string DigestOf(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
}
