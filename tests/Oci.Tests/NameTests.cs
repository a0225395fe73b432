using FsCheck;
using FsCheck.Fluent;

namespace Slipway.Oci.Tests;

/// <summary>Digest, Platform, Reference and Descriptor: what content is called.</summary>
public class NameTests
{
    private const string Empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void A_digest_survives_the_way_to_text_and_back() =>
        Prop.ForAll<byte[]>(content =>
            {
                Digest digest = Digest.Of(content);
                return Digest.Parse(digest.ToString()) == digest && digest.Matches(content) && !digest.Matches([.. content, 0]);
            })
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("", "wanted algorithm:hex")]
    [InlineData("sha256", "wanted algorithm:hex")]
    [InlineData("sha256:", "wanted 64 hex digits, got 0")]
    [InlineData("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "'sha1'")]
    [InlineData("SHA256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "'SHA256'")]
    [InlineData("sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "'E' at 7")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", "got 63")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555", "got 65")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../../etc/passwd", "'.' at 7")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n", "at 71")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "wanted 128")]
    public void A_text_that_is_no_digest_is_refused_with_the_place_of_its_fault(string text, string named)
    {
        Assert.Contains(named, Assert.Throws<ContentException>(() => Digest.Parse(text)).Message, StringComparison.Ordinal);
        Assert.False(Digest.TryParse(text, out _));
    }

    [Fact]
    public async Task A_digest_is_the_same_from_bytes_stream_hex_and_hash()
    {
        Digest digest = Digest.Parse(Empty);
        Assert.Equal(digest, Digest.Of([]));
        Assert.Equal(digest, await Digest.OfAsync(Stream.Null, CancellationToken.None));
        Assert.Equal(digest, Digest.Sha256(Empty[7..]));
        Assert.Equal("e3b0c44298fc", digest.Abbreviated);
        Digest long512 = Digest.FromHash("sha512", System.Security.Cryptography.SHA512.HashData("a"u8));
        Assert.True(long512.Matches("a"u8));
        Assert.False(long512.Matches("b"u8));
    }

    [Theory]
    [InlineData("quay.io/a/b", "QUAY.IO/a/b", true)]
    [InlineData("quay.io/a/b", "quay.io:443/a/b", true)]
    [InlineData("quay.io/a/b", "Quay.io:0443/a/b", true)]
    [InlineData("docker.io/a/b", "index.docker.io/a/b", true)]
    [InlineData("docker.io/a/b", "Registry-1.docker.io:443/a/b", true)]
    [InlineData("docker.io/debian", "index.docker.io/library/debian", true)]
    [InlineData("[::2]/a/b", "[::2]:443/a/b", true)]
    [InlineData("quay.io/debian", "quay.io/library/debian", false)]
    [InlineData("docker.io/a/b", "docker.io.evil.com/a/b", false)]
    [InlineData("docker.io/a/b", "registry-2.docker.io/a/b", false)]
    [InlineData("docker.io/a/b", "auth.docker.io/a/b", false)]
    [InlineData("quay.io/a/b", "quay.io:80/a/b", false)]
    [InlineData("quay.io/a/b", "quay.io:4430/a/b", false)]
    [InlineData("quay.io/a/b", "quay.io/a/bb", false)]
    [InlineData("localhost/a/b", "localhost:443/a/b", false)]
    public void Names_of_one_place_are_the_same_and_names_like_it_are_not(string one, string other, bool same)
    {
        Assert.Equal(same, Reference.Parse(one).IsSamePlaceAs(Reference.Parse(other)));
        Assert.Equal(same, Reference.Parse(other).IsNamedBy(one));
        Assert.Equal(other, Reference.Parse(other).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("quay.io")]
    [InlineData("quay.io/a/b:v1")]
    [InlineData("quay.io/a/b@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("quay.io:443@evil/a/b")]
    [InlineData("quay.io/a/b ")]
    [InlineData("quay.io./a/b")]
    [InlineData("https://quay.io/a/b")]
    public void What_is_no_name_of_a_repository_names_none(string name) => Assert.False(Reference.Parse("quay.io/a/b").IsNamedBy(name));

    [Theory]
    [InlineData("linux/arm64", "linux/arm64/v8", true)]
    [InlineData("linux/arm64/8", "linux/aarch64", true)]
    [InlineData("linux/arm64/v9", "linux/arm64/9", true)]
    [InlineData("linux/arm", "linux/arm/v7", true)]
    [InlineData("linux/arm/7", "linux/armhf", true)]
    [InlineData("linux/arm/6", "linux/armel", true)]
    [InlineData("linux/amd64", "linux/amd64/v1", true)]
    [InlineData("linux/386", "linux/i386", true)]
    [InlineData("linux/arm64", "linux/arm64/v9", false)]
    [InlineData("linux/arm64", "linux/arm/v8", false)]
    [InlineData("linux/arm/v6", "linux/arm/v7", false)]
    [InlineData("linux/amd64", "linux/amd64/v2", false)]
    [InlineData("linux/amd64", "linux/arm64", false)]
    [InlineData("linux/amd64", "windows/amd64", false)]
    public void Platforms_are_the_same_however_each_is_spelled(string one, string other, bool same)
    {
        Assert.Equal(same, Platform.Parse(one).IsSameAs(Platform.Parse(other)));
        Assert.Equal(same, Platform.Parse(other).IsSameAs(Platform.Parse(one)));
        Assert.Equal(one, Platform.Parse(one).ToString());
        Assert.True(new Platform("Linux", "x86_64").IsSameAs(Platform.LinuxAmd64));
    }

    [Theory]
    [InlineData("linux/amd64", "linux", "amd64", null)]
    [InlineData("linux/arm64/v8", "linux", "arm64", "v8")]
    public void A_platform_is_read_and_written(string text, string os, string architecture, string? variant)
    {
        Platform platform = Platform.Parse(text);
        Assert.Equal(new Platform(os, architecture, variant), platform);
        Assert.Equal(text, platform.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("/amd64")]
    [InlineData("Linux/amd64")]
    [InlineData("linux/amd64/v1/x")]
    [InlineData("linux/../etc")]
    [InlineData("linux/amd64 ")]
    public void A_text_that_is_no_platform_is_refused(string text) => Assert.Throws<ContentException>(() => Platform.Parse(text));

    [Theory]
    [InlineData("quay.io/poseidon/kubelet", "quay.io", "poseidon/kubelet", null)]
    [InlineData("docker.io/psdn/kubelet:v1.36.4", "docker.io", "psdn/kubelet", "v1.36.4")]
    [InlineData("localhost/a", "localhost", "a", null)]
    [InlineData("localhost:5000/a:b", "localhost:5000", "a", "b")]
    [InlineData("127.0.0.1:5000/a/b__c/d-e", "127.0.0.1:5000", "a/b__c/d-e", null)]
    [InlineData("[::1]:5000/a", "[::1]:5000", "a", null)]
    public void A_reference_is_read_and_written(string text, string host, string repository, string? tag)
    {
        foreach (Digest? digest in new[] { null, Digest.Parse(Empty) })
        {
            string full = text + (digest is null ? "" : "@" + digest);
            Reference reference = Reference.Parse(full);
            Assert.Equal((host, repository, tag, digest), (reference.Host, reference.Repository, reference.Tag, reference.Digest));
            Assert.Equal(full, reference.ToString());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("kubelet")]
    [InlineData("poseidon/kubelet")]
    [InlineData("quay.io/")]
    [InlineData("quay.io//kubelet")]
    [InlineData("quay.io/poseidon/")]
    [InlineData("quay.io/Poseidon/kubelet")]
    [InlineData("quay.io/poseidon/../kubelet")]
    [InlineData("quay.io/poseidon/kubelet:")]
    [InlineData("quay.io/poseidon/kubelet:-v1")]
    [InlineData("quay.io/poseidon/kubelet:v1/x")]
    [InlineData("quay.io/poseidon/kubelet:v1\n")]
    [InlineData("quay.io/poseidon/kubelet@sha256:abc")]
    [InlineData("quay.io/poseidon/kubelet?x=y")]
    [InlineData("user@quay.io/poseidon/kubelet")]
    [InlineData("https://quay.io/poseidon/kubelet")]
    [InlineData("quay.io:port/poseidon/kubelet")]
    [InlineData("-quay.io/poseidon/kubelet")]
    public void A_text_that_is_no_reference_is_refused(string text) => Assert.Throws<ContentException>(() => Reference.Parse(text));

    [Fact]
    public void A_name_or_tag_beyond_its_length_is_refused()
    {
        Assert.Throws<ContentException>(() => Reference.Parse("quay.io/" + new string('a', 250)));
        Reference reference = Reference.Parse("quay.io/a:" + new string('t', 128));
        Assert.Throws<ContentException>(() => reference.WithTag(new string('t', 129)));
    }

    [Fact]
    public void A_tag_replaces_a_digest_and_a_digest_a_tag()
    {
        Reference reference = Reference.Parse("quay.io/poseidon/kubelet:v1@" + Empty);
        Assert.Equal("quay.io/poseidon/kubelet:v2", reference.WithTag("v2").ToString());
        Assert.Equal("quay.io/poseidon/kubelet@" + Empty, reference.WithDigest(Digest.Parse(Empty)).ToString());
        Assert.Equal("quay.io/poseidon/kubelet", reference.Name);
    }

    [Fact]
    public void Descriptors_are_equal_by_value_annotations_included()
    {
        Descriptor one = Descriptor.Of("a/b", "x"u8) with { Annotations = Descriptor.NoAnnotations.Add("k", "v") };
        Descriptor two = Descriptor.Of("a/b", "x"u8) with { Annotations = Descriptor.NoAnnotations.Add("k", "v") };
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, two with { Annotations = Descriptor.NoAnnotations.Add("k", "w") });
        Assert.NotEqual(one, two with { Platform = Platform.LinuxAmd64 });
        Assert.NotEqual(one, two with { ArtifactType = "a/c" });
    }
}
