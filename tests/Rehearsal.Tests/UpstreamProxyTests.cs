using System.Net;

namespace Slipway.Rehearsal.Tests;

public sealed class UpstreamProxyTests : IDisposable
{
    private static readonly Uri Address = new("https://dl.example.org/release/v1+2/bin/tool");

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("slipway-door-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_read_where_its_address_says_and_nothing_else_is()
    {
        string file = Path.Combine(_root.FullName, "tool");
        await File.WriteAllTextAsync(file, "program", Stop);
        await using UpstreamProxy door = await UpstreamProxy.OpenAsync([KeyValuePair.Create(Address, file)], Stop);
        using HttpClient client = new();
        Uri at = door.Locate(Address);
        Assert.Equal(("127.0.0.1", "/dl.example.org/release/v1+2/bin/tool"), (at.Host, at.AbsolutePath));
        Assert.Equal("program", await client.GetStringAsync(at, Stop));
        foreach (string other in (string[])["/", "/dl.example.org/", "/tool", "/../tool", "/dl.example.org/release/v1+2/bin/tool/"])
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(at, other), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PutAsync(at, new StringContent("x"), Stop)).StatusCode);
        Assert.Throws<ArgumentException>(() => door.Locate(new Uri("https://dl.example.org/other")));
    }

    [Fact]
    public async Task A_file_that_is_gone_is_not_found_and_a_closed_door_does_not_answer()
    {
        UpstreamProxy door = await UpstreamProxy.OpenAsync([KeyValuePair.Create(Address, Path.Combine(_root.FullName, "gone"))], Stop);
        using HttpClient client = new();
        Uri at = door.Locate(Address);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(at, Stop)).StatusCode);
        await door.DisposeAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(at, Stop));
    }

    public void Dispose() => _root.Delete(recursive: true);
}
