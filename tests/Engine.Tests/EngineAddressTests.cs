using System.Security.Cryptography;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>Where an Engine is looked for, and what is no place for one.</summary>
public sealed class EngineAddressTests
{
    [Theory]
    [InlineData("unix:///var/run/docker.sock")]
    [InlineData("tcp://localhost:2375")]
    [InlineData("tcp://127.0.0.1:4000")]
    [InlineData("ssh://builder@arm.example.org:2222")]
    [InlineData("ssh://arm.example.org")]
    [InlineData("ssh://arm.example.org/run/user/1000/docker.sock")]
    public void An_address_is_read_and_told_as_it_was_written(string text) =>
        Assert.Equal(text, EngineAddress.Parse(text, "test").ToString());

    [Fact]
    public void Ports_are_those_of_docker_with_and_without_tls()
    {
        Assert.Equal(2375, EngineAddress.Parse("tcp://localhost", "test").Port);
        Assert.Equal(2376, EngineAddress.Parse("tcp://far.example.org", "test", () => HostTrust.OfSystem).Port);
    }

    [Theory]
    [InlineData("unix://run/docker.sock", "absolute")]
    [InlineData("unix://", "absolute")]
    [InlineData("docker.example.org", "wanted unix://")]
    [InlineData("http://localhost:2375", "wanted unix://")]
    [InlineData("npipe:////./pipe/docker_engine", "wanted unix://")]
    [InlineData("tcp://user@localhost:2375", "wanted unix://")]
    [InlineData("tcp://localhost:2375/path", "wanted unix://")]
    [InlineData("tcp://docker.example.org:2375", "without TLS")]
    [InlineData("ssh://-oProxyCommand=x/", "wanted unix://")]
    [InlineData("ssh://-user@host", "letters, digits")]
    [InlineData("ssh://host/run/a;reboot", "letters, digits")]
    [InlineData("ssh://host/$(reboot)", "letters, digits")]
    public void What_is_no_address_is_refused(string text, string why)
    {
        ContentException e = Assert.Throws<ContentException>(() => EngineAddress.Parse(text, "DOCKER_HOST"));
        Assert.StartsWith("DOCKER_HOST: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_is_refused_and_not_repeated()
    {
        ContentException e = Assert.Throws<ContentException>(() => EngineAddress.Parse("ssh://me:s3cret@host", "DOCKER_HOST"));
        Assert.Contains("a password is not allowed", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DOCKER_HOST_comes_before_a_context_and_that_before_sockets()
    {
        using ScratchFolder folder = new();
        Dictionary<string, string> environment = new() { ["DOCKER_CONFIG"] = folder.Path, ["XDG_RUNTIME_DIR"] = "/run/user/7" };
        EngineAddresses addresses = new(name => environment.GetValueOrDefault(name));
        Assert.Equal(
            [
                "unix:///var/run/docker.sock",
                "unix:///run/user/7/docker.sock",
                "unix:///run/user/7/podman/podman.sock",
                "unix:///run/podman/podman.sock",
            ],
            addresses.Find().Select(address => address.ToString())
        );

        folder.Write("config.json", """{"auths":{},"currentContext":"build"}""");
        Context(folder, "build", """{"Name":"build","Endpoints":{"docker":{"Host":"ssh://arm.example.org","SkipTLSVerify":false}}}""");
        Context(folder, "other/../..", """{"Endpoints":{"docker":{"Host":"unix:///other.sock"}}}""");
        EngineAddress current = Assert.Single(addresses.Find());
        Assert.Equal(("ssh://arm.example.org", "context 'build'"), (current.ToString(), current.Origin));
        environment["DOCKER_CONTEXT"] = "other/../..";
        Assert.Equal("unix:///other.sock", Assert.Single(addresses.Find()).ToString());
        environment["DOCKER_CONTEXT"] = "default";
        Assert.Equal(4, addresses.Find().Length);
        environment["DOCKER_HOST"] = "tcp://localhost:9";
        Assert.Equal("tcp://localhost:9", Assert.Single(addresses.Find()).ToString());
    }

    [Theory]
    [InlineData("""{"currentContext":"gone"}""", null, "which does not exist")]
    [InlineData("""{"currentContext":"here"}""", """{"Endpoints":{}}""", "not a JSON object as docker writes it")]
    [InlineData("""{"currentContext":"here"}""", """{"Endpoints":{"docker":{}}}""", "it names no host")]
    [InlineData("""{"currentContext":"here"}""", """{"Endpoints":{"docker":{"Host":"tcp://far.example.org:2376"}}}""", "without TLS")]
    [InlineData(
        """{"currentContext":"here"}""",
        """{"Endpoints":{"docker":{"Host":"tcp://far.example.org:2376","SkipTLSVerify":true}}}""",
        "skips the verification"
    )]
    [InlineData("""{"currentContext":["s3cret"]}""", null, "not a JSON object as docker writes it")]
    [InlineData("s3cret", null, "not a JSON object as docker writes it")]
    public void A_configuration_that_leads_nowhere_is_told_without_its_content(string config, string? context, string why)
    {
        using ScratchFolder folder = new();
        folder.Write("config.json", config);
        if (context is not null)
            Context(folder, "here", context);
        EngineException e = Assert.Throws<EngineException>(() =>
            new EngineAddresses(name => name == "DOCKER_CONFIG" ? folder.Path : null).Find()
        );
        Assert.True(e.IsConfiguration);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.12", "1.41", "1.41")]
    [InlineData("1.24", "1.48", "1.48")]
    [InlineData("1.40", "1.54", "1.51")]
    [InlineData("1.44", "1.53", "1.51")]
    [InlineData("1.12", "1.40", null)]
    [InlineData("1.60", "1.70", null)]
    [InlineData("2.0", "2.1", null)]
    public void The_newest_version_that_both_speak_is_spoken(string least, string most, string? spoken) =>
        Assert.Equal(spoken, ApiVersion.Negotiate(ApiVersion.Parse(least), ApiVersion.Parse(most))?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.x")]
    [InlineData("1.2.3")]
    [InlineData("-1.2")]
    [InlineData("1.99999999999")]
    public void What_is_no_version_is_refused(string text) => Assert.Throws<ContentException>(() => ApiVersion.Parse(text));

    private static void Context(ScratchFolder folder, string name, string meta) =>
        folder.Write($"contexts/meta/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}/meta.json", meta);
}
