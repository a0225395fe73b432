using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Our client and the CNCF's registry server, where the specification leaves a choice.</summary>
public sealed class DistributionTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 % 251))];
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Fact]
    public async Task A_blob_of_a_sibling_is_mounted_and_not_sent()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        RegistryClient client = Client(transport, registry.Host);
        Repository source = client.Repository(Reference.Parse("quay.io/a/source")),
            target = client.Repository(Reference.Parse("quay.io/a/b"));
        Assert.True(await source.PushBlobAsync(Blob, () => new MemoryStream(Content), default, [target]));
        Assert.False(await target.PushBlobAsync(Blob, () => throw new InvalidOperationException("opened"), default, [source]));
        Assert.True(await target.HasBlobAsync(Blob, default));
    }

    [Fact]
    public async Task A_large_blob_arrives_in_chunks()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        CutConnection wire = new(HttpTransport.NewHandler(), cutAt: 0, after: 0);
        using HttpTransport transport = new(wire, new RetryPolicy(), TimeProvider.System, _ => { });
        await RequirePushedAsync(Client(transport, registry.Host));
        Assert.Equal(["POST", "PATCH", "PATCH", "PUT"], wire.Writes);
    }

    /// <summary>
    /// This server knows an upload by an address that holds the offset before the cut: where bytes of a chunk came in, it says
    /// that there is no such upload, and the blob begins anew.
    /// </summary>
    [Theory]
    [InlineData(2, 0, "POST PATCH PATCH PATCH PUT")]
    [InlineData(3, 0, "POST PATCH PATCH PUT PUT")]
    [InlineData(2, 1_234_567, "POST PATCH PATCH DELETE POST PATCH PATCH PUT")]
    [InlineData(3, 1_234_567, "POST PATCH PATCH PUT DELETE POST PATCH PATCH PUT")]
    public async Task A_large_blob_arrives_after_a_cut(int cutAt, int after, string writes)
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        CutConnection wire = new(HttpTransport.NewHandler(), cutAt, after);
        using HttpTransport transport = new(wire, new RetryPolicy(), TimeProvider.System, _ => { });
        await RequirePushedAsync(Client(transport, registry.Host));
        Assert.Equal(1, wire.Cuts);
        Assert.Equal(writes.Split(' '), wire.Writes);
    }

    /// <summary>This server has no referrers API: both programs keep the list under the subject's referrers tag.</summary>
    [Fact]
    public async Task Oras_and_we_see_each_others_referrers()
    {
        PeerProgram oras = await PeerPrograms.RequireAsync(Peer.Oras);
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        using ScratchFolder folder = new();
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        Repository repository = Client(transport, registry.Host).Repository(Reference.Parse("quay.io/a/b"));
        Descriptor config = Descriptor.Of("application/vnd.oci.empty.v1+json", "{}"u8);
        await repository.PushBlobAsync(config, () => new MemoryStream("{}"u8.ToArray()), default);
        ManifestContent subject = new(MediaType.Manifest, new Manifest(config, []).ToBytes());
        await repository.PushManifestAsync(subject, "v1", default);
        Manifest referrer = new(config, []) { ArtifactType = "test/ours", Subject = subject.Descriptor };
        ManifestContent ours = new(MediaType.Manifest, referrer.ToBytes());
        Assert.False(await repository.PushReferrerAsync(ours, default));

        string place = $"{registry.Host}/a/b@{subject.Descriptor.Digest}";
        folder.Write("theirs.txt", "theirs");
        (
            await (
                oras.With("attach", "--plain-http", "--artifact-type", "test/theirs", place, "theirs.txt") with
                {
                    WorkingDirectory = folder.Path,
                }
            ).RunAsync()
        ).Require();
        ChildResult seen = (await oras.RunAsync("discover", "--plain-http", "--format", "json", place)).Require();

        Assert.Contains(ours.Descriptor.Digest.ToString(), seen.Output);
        Assert.Equal(
            ["test/ours", "test/theirs"],
            (await repository.ReferrersAsync(subject.Descriptor.Digest, null, default)).Select(each => each.ArtifactType)
        );
        Assert.Single(await repository.ReferrersAsync(subject.Descriptor.Digest, "test/theirs", default));
    }

    /// <summary>This server checks signature, issuer, audience and what each token is for.</summary>
    [Theory]
    [InlineData("password", "GET")]
    [InlineData("identity token", "POST")]
    public async Task Tokens_that_we_get_are_those_that_it_wants(string account, string method)
    {
        await using TokenServer tokens = await TokenServer.StartAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(new RegistryAccess { Tokens = tokens.Issuer });
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        Credential credential =
            account == "password"
                ? new(DockerRegistry.User, DockerRegistry.Password, "a test")
                : Credential.IdentityToken(TokenServer.RefreshToken, "a test");
        RegistryClient client = Client(transport, registry.Host, credential);
        Repository source = client.Repository(Reference.Parse("quay.io/a/source")),
            target = client.Repository(Reference.Parse("quay.io/a/b"));
        Assert.True(await source.PushBlobAsync(Blob, () => new MemoryStream(Content), default));
        Assert.False(await target.PushBlobAsync(Blob, () => throw new InvalidOperationException("opened"), default, [source]));
        ManifestContent manifest = new(MediaType.Manifest, new Manifest(Blob, []).ToBytes());
        await target.PushManifestAsync(manifest, "v1", default);
        Assert.Equal(manifest.Descriptor.Digest, (await target.ResolveAsync("v1", default))!.Digest);
        Assert.Equal(["v1"], await target.TagsAsync(default));
        Assert.All(tokens.Requests, request => Assert.StartsWith(method, request, StringComparison.Ordinal));
        Assert.Contains($"{method} repository:a/b:pull,push repository:a/source:pull", tokens.Requests);
    }

    [Fact]
    public async Task Tokens_of_another_issuer_or_none_are_refused()
    {
        await using TokenServer tokens = await TokenServer.StartAsync(),
            other = await TokenServer.StartAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(
            new RegistryAccess { Tokens = tokens.Issuer with { Realm = other.Issuer.Realm } }
        );
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        foreach (string password in (string[])[DockerRegistry.Password, "another one"])
        {
            Repository repository = Client(transport, registry.Host, new(DockerRegistry.User, password, "a test"))
                .Repository(Reference.Parse("quay.io/a/b"));
            RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
                repository.PushBlobAsync(Blob, () => new MemoryStream(Content), default)
            );
            Assert.Equal((RemoteFault.Refused, 401), (e.Fault, (int)e.Status!));
            Assert.DoesNotContain(password, e.ToString(), StringComparison.Ordinal);
        }

        Assert.NotEmpty(other.Requests);
    }

    private static async Task RequirePushedAsync(RegistryClient client)
    {
        byte[] large = new byte[20_000_000];
        new Random(7).NextBytes(large);
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, large);
        Repository repository = client.Repository(Reference.Parse("quay.io/a/b"));
        Assert.True(await repository.PushBlobAsync(blob, () => new MemoryStream(large), default));
        await using Stream back = (await repository.OpenBlobAsync(blob, default))!;
        await back.CopyToAsync(Stream.Null);
    }

    private static RegistryClient Client(HttpTransport transport, string host, Credential? credential = null) =>
        new(
            transport,
            credential is null ? Credentials.None : Credentials.Of([KeyValuePair.Create("quay.io", credential)]),
            RegistryMap.Parse([$"quay.io=http://{host}"]),
            TimeProvider.System
        );
}
