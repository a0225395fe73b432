using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// A real registry server, the CNCF's distribution as Debian packs it, on a free port of loopback with a folder of its
/// own. Disposing ends the process and removes the folder.
/// </summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    /// <summary>The account of a registry that asks for one.</summary>
    public const string User = RegistryAccess.User;
    public const string Password = RegistryAccess.Password;

    /// <summary>Of <c>sha256:</c> and 64 digits, which is all that a link holds.</summary>
    private const int DigestLength = 71;

    private readonly ScratchFolder _folder;
    private readonly ChildProcess _server;
    private readonly StringBuilder _log = new();
    private Process _process;

    private DockerRegistry(ScratchFolder folder, ChildProcess server, RegistryAccess access, int port)
    {
        _folder = folder;
        _server = server;
        _process = Launch();
        Host = $"{access.Name}:{port}";
        Client = access.NewClient(Host);
    }

    /// <summary><c>127.0.0.1:PORT</c>, or <c>localhost:PORT</c> where it speaks TLS.</summary>
    public string Host { get; }

    /// <summary>Speaks to it with its account; the base address ends in <c>/v2/</c>.</summary>
    public HttpClient Client { get; }

    /// <summary>
    /// How many requests that write it was asked so far. An upload that was begun and cancelled, which is how rights are found out, wrote
    /// nothing.
    /// </summary>
    public int Writes
    {
        get
        {
            lock (_log)
            {
                string[] lines = _log.ToString().Split('\n');
                int Count(string request) => lines.Count(line => line.Contains(request, StringComparison.Ordinal));
                int cancelled = lines.Count(line =>
                    line.Contains("\"DELETE ", StringComparison.Ordinal) && line.Contains("/blobs/uploads/", StringComparison.Ordinal)
                );
                return Count("\"POST ") + Count("\"PUT ") + Count("\"PATCH ") + Count("\"DELETE ") - (2 * cancelled);
            }
        }
    }

    /// <summary>Starts one; it answers when this returns.</summary>
    /// <param name="asks">Whether it wants the account above, for reading too.</param>
    public static Task<DockerRegistry> StartAsync(bool asks = false) => StartAsync(new RegistryAccess { Asks = asks });

    /// <summary>Starts one; it answers when this returns.</summary>
    public static async Task<DockerRegistry> StartAsync(RegistryAccess access)
    {
        PeerProgram program = await PeerPrograms.RequireAsync(Peer.DockerRegistry);
        for (int attempt = 1; ; attempt++)
        {
            DockerRegistry registry = Start(program, access, FreePort());
            if (await registry.AnswersAsync())
                return registry;
            string said = registry._log.ToString();
            await registry.DisposeAsync();
            // Between finding a free port and taking it, another program may have been faster.
            if (attempt == 3 || !said.Contains("address already in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"docker-registry does not answer on {registry.Host}: {said}");
        }
    }

    /// <summary>
    /// Ends the process at once, in the middle of whatever it does; what it has stored stays, and of what it was writing nothing.
    /// </summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        RemoveTornFiles();
    }

    /// <summary>
    /// Starts it anew after <see cref="KillAsync"/>, on the same port and with what it had; it answers when this returns.
    /// </summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _process = Launch();
        if (!await AnswersAsync())
            throw new InvalidOperationException($"docker-registry does not answer on {Host} any more: {_log}");
    }

    /// <summary>The names of a repository's tags, sorted; empty when there is no such repository.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(string repository)
    {
        Uri all = new($"{repository}/tags/list", UriKind.Relative);
        using HttpResponseMessage answer = await Client.GetAsync(all, TestContext.Current.CancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return [];
        using JsonDocument list = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync());
        JsonElement tags = list.RootElement.GetProperty("tags");
        return tags.ValueKind != JsonValueKind.Array
            ? []
            : [.. tags.EnumerateArray().Select(tag => tag.GetString()!).Order(StringComparer.Ordinal)];
    }

    /// <summary>The digest that a tag names.</summary>
    public async Task<string> DigestAsync(string repository, string tag)
    {
        using HttpRequestMessage ask = new(HttpMethod.Head, new Uri($"{repository}/manifests/{tag}", UriKind.Relative));
        ask.Headers.Accept.ParseAdd("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json");
        using HttpResponseMessage answer = await Client.SendAsync(ask, TestContext.Current.CancellationToken);
        return answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    /// <summary>Deletes a manifest, and every tag of it with it.</summary>
    public async Task DeleteAsync(string repository, string digest)
    {
        Uri manifest = new($"{repository}/manifests/{digest}", UriKind.Relative);
        using HttpResponseMessage answer = await Client.DeleteAsync(manifest, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Deletes a tag alone, which this server does for nobody over the wire, as whoever runs it can in its storage.</summary>
    public void DeleteTag(string repository, string tag) =>
        Directory.Delete(
            _folder.At("data", "docker", "registry", "v2", "repositories", repository, "_manifests", "tags", tag),
            recursive: true
        );

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// This server's folder storage writes manifests and links in place, and takes a blob whose file is there for complete: one torn by a
    /// kill answers 500 for ever, whatever a client sends again. The stores that registries run on keep an object whole or not at all, so
    /// what is torn is removed, as whoever runs this server would have to.
    /// </summary>
    private void RemoveTornFiles()
    {
        foreach (string data in Stored("blobs", "data"))
        {
            string folder = Path.GetDirectoryName(data)!;
            if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(data))) != Path.GetFileName(folder))
                Directory.Delete(folder, recursive: true);
        }

        foreach (string link in Stored("repositories", "link").Where(link => new FileInfo(link).Length != DigestLength))
            File.Delete(link);
    }

    private string[] Stored(string kind, string file)
    {
        string folder = _folder.At("data", "docker", "registry", "v2", kind);
        return Directory.Exists(folder) ? Directory.GetFiles(folder, file, SearchOption.AllDirectories) : [];
    }

    private static DockerRegistry Start(PeerProgram program, RegistryAccess access, int port)
    {
        ScratchFolder folder = new();
        string configuration = folder.Write(
            "config.yml",
            $$"""
            version: 0.1
            log: { level: warn }
            storage:
              filesystem: { rootdirectory: {{folder.Folder("data")}} }
              delete: { enabled: true }
            {{access.Configure(folder, port)}}
            """
        );
        ChildProcess server = program.With("serve", configuration) with
        {
            WorkingDirectory = folder.Path,
            Variables = new Dictionary<string, string?> { ["OTEL_TRACES_EXPORTER"] = "none" },
        };
        return new DockerRegistry(folder, server, access, port);
    }

    private Process Launch()
    {
        Process process = new() { StartInfo = _server.StartInfo() };
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Append(string? line)
    {
        lock (_log)
            _log.Append(line).Append('\n');
    }

    private async Task<bool> AnswersAsync()
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(30) && !_process.HasExited)
        {
            try
            {
                using HttpResponseMessage answer = await Client.GetAsync(
                    new Uri("", UriKind.Relative),
                    TestContext.Current.CancellationToken
                );
                return true;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        return false;
    }
}
