namespace Slipway.Registry.Tests;

public class RegistryMapTests
{
    [Theory]
    [InlineData("quay.io", "https://quay.io/")]
    [InlineData("docker.io", "https://registry-1.docker.io/")]
    [InlineData("index.docker.io", "https://registry-1.docker.io/")]
    [InlineData("Docker.io:443", "https://registry-1.docker.io/")]
    [InlineData("QUAY.IO", "https://quay.io/")]
    [InlineData("quay.io:443", "https://quay.io/")]
    [InlineData("localhost:5000", "https://localhost:5000/")]
    public void Unmapped_hosts_have_their_own_address(string host, string address)
    {
        Assert.Equal(address, RegistryMap.Default.AddressOf(host).AbsoluteUri);
    }

    [Fact]
    public void A_mapped_host_goes_where_the_map_says()
    {
        RegistryMap map = RegistryMap.Parse(["quay.io=http://127.0.0.1:5001", "docker.io=https://staging.example:8443/"]);
        Assert.Equal("http://127.0.0.1:5001/", map.AddressOf("quay.io").AbsoluteUri);
        Assert.Equal("https://staging.example:8443/", map.AddressOf("docker.io").AbsoluteUri);
        Assert.Equal("https://staging.example:8443/", map.AddressOf("registry-1.docker.io").AbsoluteUri);
        Assert.Equal("http://127.0.0.1:5001/", map.AddressOf("QUAY.IO:443").AbsoluteUri);
        Assert.Equal("https://quay.io:8443/", map.AddressOf("quay.io:8443").AbsoluteUri);
        Assert.Equal("http://127.0.0.1:5001/", RegistryMap.Parse(["Quay.io:443=http://127.0.0.1:5001"]).AddressOf("quay.io").AbsoluteUri);
        Assert.Equal("https://ghcr.io/", map.AddressOf("ghcr.io").AbsoluteUri);
        Assert.True(map.IsMapped("quay.io"));
        Assert.False(map.IsMapped("ghcr.io"));
    }

    [Theory]
    [InlineData("quay.io=http://localhost:1")]
    [InlineData("quay.io=http://[::1]:1")]
    [InlineData("quay.io=http://127.9.9.9:1")]
    public void Plain_http_is_allowed_to_this_machine(string entry)
    {
        Assert.Equal("http", RegistryMap.Parse([entry]).AddressOf("quay.io").Scheme);
    }

    [Theory]
    [InlineData("quay.io=http://staging.example", "use https")]
    [InlineData("quay.io=http://127.0.0.1.evil.example", "use https")]
    [InlineData("quay.io", "wanted HOST=URL")]
    [InlineData("=https://x.example", "wanted HOST=URL")]
    [InlineData("quay.io/a=https://x.example", "wanted HOST=URL")]
    [InlineData("quay.io=", "not an http or https URL")]
    [InlineData("quay.io=ftp://x.example", "not an http or https URL")]
    [InlineData("quay.io=https://x.example/prefix", "must end after host and port")]
    [InlineData("quay.io=https://x.example/?a=b", "must end after host and port")]
    public void A_wrong_entry_is_refused_with_the_reason(string entry, string reason)
    {
        Assert.Contains(reason, Assert.Throws<FormatException>(() => RegistryMap.Parse([entry])).Message);
    }

    [Fact]
    public void A_password_in_the_map_is_refused_and_not_repeated()
    {
        FormatException e = Assert.Throws<FormatException>(() => RegistryMap.Parse(["quay.io=https://robot:s3cret@x.example"]));
        Assert.DoesNotContain("s3cret", e.Message);
    }

    [Fact]
    public void A_host_is_mapped_once()
    {
        Assert.Throws<FormatException>(() => RegistryMap.Parse(["docker.io=https://a.example", "index.docker.io=https://b.example"]));
    }
}
