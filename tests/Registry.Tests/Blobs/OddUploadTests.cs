using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

/// <summary>
/// One layer of 17 MB to registries that behave as real ones do, all the time, and one interruption of it: it arrives. Asking how much is
/// there is a means of recovery: whatever it is answered, that is never why an upload fails.
/// </summary>
public class OddUploadTests
{
    private const int Size = (2 * 8 * 1024 * 1024) + 1_000_003;

    private static readonly byte[] Content = NewContent();
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    private static readonly (string Method, int Which, Fault Fault)[] Interruptions =
    [
        ("PATCH", 1, Fault.Reset),
        ("PATCH", 1, Fault.LostAnswer),
        ("PATCH", 1, Fault.Cut(654_321)),
        ("PATCH", 1, Fault.ChunkRefused),
        ("PATCH", 2, Fault.Reset),
        ("PATCH", 2, Fault.LostAnswer),
        ("PATCH", 2, Fault.Cut(654_321)),
        ("PATCH", 2, Fault.ChunkRefused),
        ("PUT", 1, Fault.Reset),
        ("PUT", 1, Fault.LostAnswer),
        ("PUT", 1, Fault.Cut(654_321)),
        ("PUT", 1, Fault.ChunkRefused),
        ("PATCH", 2, Fault.Answer(503)),
        ("POST", 1, Fault.Reset),
        ("GET", 1, Fault.Reset),
    ];

    public static TheoryData<string> Odd =>
        [
            .. Oddities
                .All.Where(odd =>
                    ((string[])["GET", "PATCH", "PUT", "POST"]).Any(method =>
                        odd.Fault.AppliesTo(new RehearsalRequest(1, method, "/v2/a/b/blobs/uploads/x", false))
                    )
                )
                .Select(odd => odd.Name),
        ];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_layer_arrives_whatever_is_interrupted(string name)
    {
        Fault odd = Oddities.All.Single(each => each.Name == name).Fault;
        Assert.Equal(15, Interruptions.Length);
        foreach ((string method, int which, Fault fault) in Interruptions)
        {
            int count = 0;
            bool IsIt(RehearsalRequest request) =>
                request.Method == method
                && request.Path.Contains("/uploads/", StringComparison.Ordinal)
                && Interlocked.Increment(ref count) == which;
            await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
                options.WithFaults(request => IsIt(request) ? fault.And(odd) : odd)
            );
            bool sent = await fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default);
            string what = $"{name}, {method} {which} {fault}: {string.Join(", ", fixture.Registry.Log.All)}";
            Assert.True(sent, what);
            Assert.True(fixture.Registry.OpenUploads == 0, what);
            Assert.True(fixture.Registry.Log.All.Length < 30, what);
            Assert.True(await fixture.Repository().HasBlobAsync(Blob, default), what);
        }
    }

    [Theory]
    [InlineData("PATCH", 2)]
    [InlineData("PUT", 1)]
    public async Task After_a_reset_Quay_is_sent_what_is_missing_and_no_more(string method, int which)
    {
        Fault quay = Oddities.All.Single(each => each.Name == "upload status without location, one too high").Fault;
        int count = 0;
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request =>
                request.Method == method && request.Path.Contains("/uploads/", StringComparison.Ordinal) && ++count == which
                    ? Fault.Reset
                    : quay
            )
        );
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal((1, 1), (fixture.Count("POST", "/uploads/"), fixture.Count("GET", "/uploads/")));
        Assert.Equal(Size, fixture.Registry.Log.All.Where(entry => entry.Status is 201 or 202).Sum(entry => entry.BodyBytes));
    }

    [Fact]
    public async Task A_registry_that_never_knows_and_is_always_cut_ends_the_upload_with_a_word_to_try_again()
    {
        Fault unknown = Oddities.All.Single(each => each.Name == "upload status 404").Fault;
        int patches = 0;
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request => request.Method == "PATCH" && ++patches % 2 == 0 ? Fault.Reset : unknown)
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default)
        );
        Assert.Equal(Http.RemoteFault.TryAgain, e.Fault);
        Assert.Contains("the response to its state is 404", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    /// <summary>ECR, zot before 2.1.7: the range is that of one chunk, and the bytes are there all the same.</summary>
    [Fact]
    public async Task A_range_that_stands_still_makes_no_byte_go_twice()
    {
        Fault still = Oddities.All.Single(each => each.Name == "range of one chunk alone").Fault;
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options => options.WithFaults(_ => still));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal(Size, fixture.Registry.Log.All.Sum(entry => entry.BodyBytes));
        Assert.Equal(1, fixture.Count("POST", "/uploads/"));
        Assert.True(await fixture.Repository().HasBlobAsync(Blob, default));
    }

    /// <summary>Artifactory was seen to keep the last chunk alone, and to call the upload a success.</summary>
    [Fact]
    public async Task Where_the_range_stood_still_and_the_blob_is_too_small_then_it_is_sent_whole()
    {
        int patches = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" when patches == 0 => RegistryHandler.Answer(404),
                "HEAD" => RegistryHandler.Answer(200, "the last chunk", ("Docker-Content-Digest", Blob.Digest.ToString())),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                "PATCH" when ++patches > 0 => RegistryHandler.Answer(202, "", ("Range", "0-8388607")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(await far.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal(["HEAD", "POST", "PATCH", "PATCH", "PUT", "HEAD", "POST", "PUT"], far.Requests.Select(asked => asked.Method));
    }

    /// <summary>GitLab says 400 where the store behind it hung up; others take a first chunk and no second, or no closing one.</summary>
    [Theory]
    [InlineData("PATCH", 2, 400)]
    [InlineData("PATCH", 2, 413)]
    [InlineData("PUT", 1, 400)]
    [InlineData("PUT", 1, 422)]
    public async Task A_registry_that_refuses_a_later_chunk_gets_the_whole(string method, int which, int status)
    {
        int count = 0;
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options =>
            options.WithFaults(request =>
                request.Method == method && request.Path.Contains("/uploads/", StringComparison.Ordinal) && ++count == which
                    ? Fault.Answer(status)
                    : null
            )
        );
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal(2, fixture.Count("POST", "/uploads/"));
        Assert.Equal(0, fixture.Registry.OpenUploads);
        Assert.True(await fixture.Repository().HasBlobAsync(Blob, default));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(204)]
    public async Task An_upload_that_begins_with_another_success_begins_where_it_leads(int status)
    {
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(status, "", ("Location", "/up")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(
            await far.Repository().PushBlobAsync(Descriptor.Of("x", "blob"u8), () => new MemoryStream("blob"u8.ToArray()), default)
        );
        RegistryHandler nowhere = new(request => RegistryHandler.Answer(request.Method == HttpMethod.Head ? 404 : status));
        await Assert.ThrowsAsync<RegistryException>(() =>
            nowhere.Repository().PushBlobAsync(Descriptor.Of("x", "blob"u8), () => new MemoryStream("blob"u8.ToArray()), default)
        );
    }

    /// <summary>distribution wants the right to delete for it, which pushing does not bring.</summary>
    [Fact]
    public async Task An_upload_that_may_not_be_cancelled_is_left_to_the_registry()
    {
        int posts = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" when request.RequestUri!.Query.Length > 0 => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", $"/up{++posts}")),
                "PUT" when posts < 2 => RegistryHandler.Answer(404),
                "DELETE" => RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\"")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(
            await far.Repository().PushBlobAsync(Descriptor.Of("x", "blob"u8), () => new MemoryStream("blob"u8.ToArray()), default)
        );
        Assert.Equal(2, posts);
    }

    private static byte[] NewContent()
    {
        byte[] content = new byte[Size];
        new Random(7).NextBytes(content);
        return content;
    }
}
