using System.Text;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

public class RegistryErrorTests
{
    [Theory]
    [InlineData("")]
    [InlineData("<html>gateway</html>")]
    [InlineData("{\"errors\":\"x\"}")]
    [InlineData("{\"errors\":[]}")]
    [InlineData("{\"errors\":[7]}")]
    [InlineData("{\"errors\":[{\"code\":7,\"message\":[]}]}")]
    [InlineData("{\"errors\":[{\"code\":\"no code\"}]}")]
    [InlineData("\u0000\u0001")]
    public async Task A_body_that_says_nothing_leaves_the_status(string body)
    {
        RegistryException e = await FailAsync(body);
        Assert.Null(e.Code);
        Assert.StartsWith("quay.io/a/b: GET blob 2d711642b726: 403; ", e.Message);
    }

    [Theory]
    [InlineData("""line\nbreak\u001b[31m red""", "line break [31m red")]
    [InlineData("""see https://s3.example/x?X-Amz-Signature=abc&b=c now""", "see https://s3.example/x?… now")]
    [InlineData("""\u202Etxt""", "txt")]
    [InlineData("""say \"hi\" """, "say 'hi'")]
    public async Task A_message_is_one_clean_line(string message, string wanted)
    {
        RegistryException e = await FailAsync($$"""{"errors":[{"code":"DENIED","message":"{{message}}"}]}""");
        Assert.Equal("DENIED", e.Code);
        Assert.Contains($"403 DENIED \"{wanted}\"; ", e.Message);
    }

    [Fact]
    public async Task A_long_message_is_cut()
    {
        RegistryException e = await FailAsync($$"""{"errors":[{"message":"{{new string('x', 5000)}}"}]}""");
        Assert.True(e.Message.Length < 400);
    }

    [Fact]
    public async Task A_deep_or_endless_body_is_no_problem()
    {
        RegistryException deep = await FailAsync("{\"errors\":" + new string('[', 5000));
        Assert.Null(deep.Code);
        RegistryException large = await FailAsync("{\"errors\":[{\"code\":\"DENIED\"}], \"x\":\"" + new string('x', 100_000) + "\"}");
        Assert.Null(large.Code);
    }

    [Fact]
    public async Task A_secret_that_the_registry_echoes_is_not_repeated()
    {
        string basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:s3cret"));
        RegistryHandler far = new(request =>
            request.Headers.Authorization is null
                ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
                : RegistryHandler.Answer(403, $$"""{"errors":[{"code":"DENIED","message":"got s3cret and {{basic}}"}]}""")
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().OpenBlobAsync(Descriptor.Of("x", "x"u8), default)
        );
        Assert.Contains("got *** and ***", e.Message);
        Assert.DoesNotContain("s3cret", e.ToString());
        Assert.DoesNotContain(basic, e.ToString());
    }

    private static async Task<RegistryException> FailAsync(string body)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(403, body));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().OpenBlobAsync(Descriptor.Of("x", "x"u8), default)
        );
        Assert.Equal(RemoteFault.Refused, e.Fault);
        return e;
    }
}
