namespace Slipway.Spdx.Tests;

/// <summary>Package URLs as the purl specification's type definitions have them.</summary>
public class PackageUrlTests
{
    [Theory]
    [InlineData("github.com/gorilla/context", "234fd47e07d1004f0aed9c", "pkg:golang/github.com/gorilla/context@234fd47e07d1004f0aed9c")]
    [InlineData("google.golang.org/genproto", null, "pkg:golang/google.golang.org/genproto")]
    [InlineData("github.com/Masterminds/semver/v3", "v3.4.0", "pkg:golang/github.com/masterminds/semver/v3@v3.4.0")]
    [InlineData("gopkg.in/yaml.v3", "v3.0.1+incompatible", "pkg:golang/gopkg.in/yaml.v3@v3.0.1%2Bincompatible")]
    [InlineData("stdlib", "1.24.4", "pkg:golang/stdlib@1.24.4")]
    [InlineData("a//b@c?d#e/ä", "v1 ?#", "pkg:golang/a/b%40c%3Fd%23e/%C3%A4@v1%20%3F%23")]
    public void A_Go_module_has_the_specification_s_name(string path, string? version, string purl) =>
        Assert.Equal(purl, PackageUrl.OfGoModule(path, version));

    [Fact]
    public void A_package_of_Rust_keeps_its_case() => Assert.Equal("pkg:cargo/Rand_x@0.7.2%2B1", PackageUrl.OfCargo("Rand_x", "0.7.2+1"));
}
