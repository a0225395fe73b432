using System.Net.Http.Headers;
using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

/// <summary>A registry in a temporary folder and a plain client for it.</summary>
public sealed class RegistryFixture : IAsyncDisposable
{
    private readonly string _folder;

    private RegistryFixture(string folder, RehearsalRegistry registry)
    {
        _folder = folder;
        Registry = registry;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = registry.Address };
    }

    public RehearsalRegistry Registry { get; }

    public HttpClient Client { get; }

    public string Storage => _folder;

    public static async Task<RegistryFixture> StartAsync(Func<RehearsalOptions, RehearsalOptions>? with = null)
    {
        string folder = Directory.CreateTempSubdirectory("slipway-rehearsal-").FullName;
        RehearsalOptions options = new() { Storage = folder };
        return new RegistryFixture(
            folder,
            await RehearsalRegistry.StartAsync(with?.Invoke(options) ?? options, TestContext.Current.CancellationToken)
        );
    }

    public Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        byte[]? body = null,
        string? type = null,
        params (string Name, string Value)[] headers
    )
    {
        HttpRequestMessage message = new(new HttpMethod(method), path) { Content = body is null ? null : new ByteArrayContent(body) };
        if (type is not null)
            message.Content!.Headers.ContentType = new MediaTypeHeaderValue(type);
        foreach ((string name, string value) in headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                message.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        return Client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    public async Task<Descriptor> PushBlobAsync(string repository, byte[] content)
    {
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, content);
        using HttpResponseMessage answer = await SendAsync("POST", $"/v2/{repository}/blobs/uploads/?digest={blob.Digest}", content);
        Assert.Equal(201, (int)answer.StatusCode);
        return blob;
    }

    public async Task<string> BeginUploadAsync(string repository)
    {
        using HttpResponseMessage answer = await SendAsync("POST", $"/v2/{repository}/blobs/uploads/");
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    public static string BasicOf(string user, string password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal static class Answers
{
    public static string Header(this HttpResponseMessage answer, string name) =>
        answer.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString()
        : answer.Content.Headers.NonValidated.TryGetValues(name, out values) ? values.ToString()
        : "";

    public static async Task ShouldBeAsync(this HttpResponseMessage answer, int status, string code)
    {
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"wanted {status}, got {(int)answer.StatusCode} {body}");
        using var document = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal(code, document.RootElement.GetProperty("errors")[0].GetProperty("code").GetString());
    }
}
