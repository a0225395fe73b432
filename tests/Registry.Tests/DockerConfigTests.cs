using System.Text;
using Slipway.Http;

namespace Slipway.Registry.Tests;

/// <summary>Files as Docker, podman and those who edit them by hand really write them.</summary>
public sealed class DockerConfigTests : IDisposable
{
    /// <summary>robot:w, in base64.</summary>
    private const string Word = "cm9ib3Q6dw==";

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("{}")]
    [InlineData("""{"auths":null,"credHelpers":null,"credsStore":null}""")]
    [InlineData("""{"auths":{},"credHelpers":{},"credsStore":""}""")]
    [InlineData("""{"auths":{"quay.io":null}}""")]
    [InlineData("""{"auths":{"quay.io":{}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":null}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"","identitytoken":"","username":"","password":""}}}""")]
    [InlineData("""{"credHelpers":{"quay.io":""},"credsStore":"none-such"}""")]
    [InlineData("""{"credHelpers":{"quay.io":null}}""")]
    public async Task What_says_nothing_is_nobody(string content) => Assert.Null(await FindAsync(content));

    [Theory]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}}}""")]
    [InlineData("\uFEFF{\"auths\":{\"quay.io\":{\"auth\":\"WORD\"}}}")]
    [InlineData(
        """{"auths":{"quay.io":{"auth":"WORD","identitytoken":""}},"HttpHeaders":{"User-Agent":"x"},"psFormat":"a","psFormat":"b","plugins":{"a":{"b":"c"}},"detachKeys":null}"""
    )]
    [InlineData("""{"auths":{"other.example":null,"quay.io":{"auth":"WORD"}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"b3RoZXI6dw=="},"quay.io":{"auth":"WORD"}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"b3RoZXI6dw=="}},"auths":{"quay.io":{"auth":"WORD"}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}},"auths":{"other.example":{"auth":"b3RoZXI6dw=="}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"b3RoZXI6dw==","auth":"WORD"}}}""")]
    [InlineData("""{"Auths":{"quay.io":{"Auth":"WORD"}}}""")]
    [InlineData("""{"auths":{"quay.io":{"username":"robot","password":"w","auth":null}}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD","email":null,"serveraddress":7}}}""")]
    [InlineData("{\"auths\":{\"quay.io\":{\"auth\":\"WORD\"}}}\n\n{\"trailing\":1}")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}},"credHelpers":{"quay.io":""},"credsStore":"none-such"}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}},"credHelpers":{"quay.io":null},"credsStore":"none-such"}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}},"credHelpers":{"other.example":"none-such"},"credsStore":""}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"WORD"}},"credHelpers":{"a":"b","a":"c"}}""")]
    public async Task What_Docker_takes_for_a_credential_is_one(string content)
    {
        Credential found = (await FindAsync(content.Replace("WORD", Word, StringComparison.Ordinal)))!;
        Assert.Equal(("robot", "w"), (found.User, found.Secret));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"auths":[]}""")]
    [InlineData("""{"auths":{"quay.io":7}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":7}}}""")]
    [InlineData("""{"credsStore":7}""")]
    [InlineData("""{"credHelpers":{"quay.io":7}}""")]
    [InlineData("""{"auths":{"quay.io":{"auth":"bm8gY29sb24="}}}""")]
    public async Task What_Docker_refuses_is_refused_by_the_files_name(string content)
    {
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => FindAsync(content));
        Assert.Contains("config.json", e.Message, StringComparison.Ordinal);
    }

    private Task<Credential?> FindAsync(string content)
    {
        File.WriteAllBytes(Path.Combine(_folder, "config.json"), Encoding.UTF8.GetBytes(content));
        Dictionary<string, string> environment = new() { ["DOCKER_CONFIG"] = _folder, ["PATH"] = _folder };
        return Credentials
            .From(environment.GetValueOrDefault)
            .ForAsync("quay.io", null, RegistryMap.Default, TestContext.Current.CancellationToken);
    }
}
