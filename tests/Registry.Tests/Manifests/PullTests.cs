using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>Blobs on their way down: cuts, ranges, redirects, and servers that answer a range with something else.</summary>
public class PullTests
{
    private const int Size = 100_000;

    private static readonly byte[] Content = [.. Enumerable.Range(0, Size).Select(i => (byte)(i * 31 % 253))];
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_blob_that_is_cut_goes_on_where_it_was(int cuts)
    {
        List<long> from = [];
        RegistryHandler far = new(request =>
        {
            from.Add(From(request));
            return Rest(request, from.Count <= cuts ? 30_000 : Size);
        });
        Assert.Equal(Content, await PullAsync(far));
        Assert.Equal(Enumerable.Range(0, cuts + 1).Select(i => i * 30_000L), from);
        Assert.Equal(cuts, far.Notices.Count);
        Assert.StartsWith(
            $"quay.io/a/b: GET blob {Blob.Digest.Abbreviated}: cut after 30000 of {Size} bytes; going on in ",
            far.Notices[0]
        );
    }

    [Fact]
    public async Task A_cut_behind_the_last_byte_does_not_matter()
    {
        int asked = 0;
        RegistryHandler far = new(request =>
            ++asked > 1 ? RegistryHandler.Answer(416) : new HttpResponseMessage { Content = Body([.. Content, 0], Size, Size) }
        );
        Assert.Equal(Content, await PullAsync(far));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Reading_without_waiting_goes_on_too()
    {
        int asked = 0;
        RegistryHandler far = new(request => Rest(request, ++asked == 1 ? 30_000 : Size));
        await using Stream blob = (await far.Repository().OpenBlobAsync(Blob, default))!;
        using MemoryStream read = new();
        blob.CopyTo(read);
        Assert.Equal(Content, read.ToArray());
    }

    [Fact]
    public async Task A_server_without_ranges_sends_all_again_and_what_was_there_is_passed_over()
    {
        int asked = 0;
        RegistryHandler far = new(_ => new HttpResponseMessage
        {
            Content = Body(
                Content,
                ++asked == 1 ? 30_000
                    : asked == 2 ? 10_000
                    : Size
            ),
        });
        Assert.Equal(Content, await PullAsync(far));
        Assert.Equal(3, asked);
    }

    /// <summary>What stands before registry.k8s.io says 400 to a range.</summary>
    [Fact]
    public async Task A_server_that_refuses_a_rest_is_asked_for_all_again_and_for_no_rest_then()
    {
        int asked = 0;
        List<bool> ranged = [];
        RegistryHandler far = new(request =>
        {
            ranged.Add(request.Headers.Range is not null);
            return request.Headers.Range is not null
                ? RegistryHandler.Answer(400)
                : new HttpResponseMessage
                {
                    Content = Body(
                        Content,
                        ++asked == 1 ? 30_000
                            : asked == 2 ? 60_000
                            : Size
                    ),
                };
        });
        Assert.Equal(Content, await PullAsync(far));
        Assert.Equal([false, true, false, false], ranged);
    }

    [Fact]
    public async Task A_download_that_stands_still_ends_after_the_last_try()
    {
        int asked = 0;
        RegistryHandler far = new(request =>
        {
            asked++;
            return Rest(request, 0);
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(far));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.Equal(ClientFixture.Impatient.Attempts, asked);
    }

    [Fact]
    public async Task A_download_that_moves_is_cut_as_often_as_it_likes()
    {
        byte[] large = new byte[20 << 20];
        new Random(7).NextBytes(large);
        int asked = 0;
        RegistryHandler far = new(request =>
        {
            asked++;
            return Rest(request, 2 << 20, large);
        });
        Assert.Equal(large, await PullAsync(far, Descriptor.Of(MediaType.LayerGzip, large)));
        Assert.Equal(10, asked);
    }

    [Theory]
    [InlineData("bytes 0-99999/100000")]
    [InlineData("bytes 29999-99999/100000")]
    [InlineData("bytes 30001-99999/100000")]
    [InlineData("bytes 30000-99998/100000")]
    [InlineData("bytes 30000-100000/100001")]
    [InlineData("bytes 30000-99999/100001")]
    [InlineData("bytes */100000")]
    [InlineData("lines 30000-99999/100000")]
    [InlineData("bytes 30000-99999999999999999999999/*")]
    [InlineData("bytes -1-99999/100000")]
    [InlineData("")]
    public async Task A_rest_that_is_another_is_refused(string range)
    {
        int asked = 0;
        RegistryHandler far = new(request =>
        {
            HttpResponseMessage answer = Rest(request, ++asked == 1 ? 30_000 : Size);
            if (asked > 1)
            {
                answer.Content.Headers.Remove("Content-Range");
                answer.Content.Headers.TryAddWithoutValidation("Content-Range", range);
            }

            return answer;
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(far));
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_rest_of_unknown_whole_is_taken()
    {
        int asked = 0;
        RegistryHandler far = new(request =>
        {
            HttpResponseMessage answer = Rest(request, ++asked == 1 ? 30_000 : Size);
            if (asked > 1)
                answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(30_000, Size - 1);
            return answer;
        });
        Assert.Equal(Content, await PullAsync(far));
    }

    [Fact]
    public async Task The_rest_of_something_else_is_found_out_at_the_end()
    {
        byte[] other = [.. Content];
        other[^1] ^= 1;
        int asked = 0;
        RegistryHandler far = new(request => Rest(request, ++asked == 1 ? 30_000 : Size, asked == 1 ? Content : other));
        await Assert.ThrowsAsync<ContentException>(() => PullAsync(far));
    }

    [Theory]
    [InlineData(404, RemoteFault.NotFound)]
    [InlineData(403, RemoteFault.Refused)]
    [InlineData(416, RemoteFault.Protocol)]
    [InlineData(206, RemoteFault.Protocol)]
    public async Task A_blob_that_is_gone_in_the_middle_is_no_absent_one(int status, RemoteFault fault)
    {
        int asked = 0;
        RegistryHandler far = new(request => ++asked == 1 ? Rest(request, 30_000) : RegistryHandler.Answer(status));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(far));
        Assert.Equal(fault, e.Fault);
    }

    [Fact]
    public async Task A_token_endpoint_that_is_not_there_makes_no_blob_absent()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.AbsolutePath == "/token"
                ? RegistryHandler.Answer(404)
                : RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://quay.io/token\""))
        );
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().OpenBlobAsync(Blob, default));
    }

    [Fact]
    public async Task A_cut_redirect_is_asked_for_anew_and_appears_in_no_message()
    {
        int signed = 0;
        RegistryHandler far = new(request =>
        {
            if (request.RequestUri!.Host == "quay.io")
            {
                return request.Headers.Authorization is null
                    ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
                    : RegistryHandler.Answer(307, "", ("Location", $"https://storage.example/blob?X-Signature=s3cret{++signed}"));
            }

            // Each signature is good for one request.
            return request.RequestUri.Query.EndsWith($"{signed}", StringComparison.Ordinal) && request.Headers.Authorization is null
                ? Rest(
                    request,
                    signed == 1 ? 30_000
                        : signed == 2 ? 20_000
                        : 0
                )
                : RegistryHandler.Answer(403);
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => PullAsync(far));
        Assert.Equal(RemoteFault.TryAgain, e.Fault);
        Assert.True(signed > 2);
        Assert.DoesNotContain("s3cret", e.ToString() + string.Join('\n', far.Notices));
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws")]
    [InlineData("application/vnd.docker.distribution.manifest.v1+json; charset=utf-8")]
    public async Task Dockers_first_format_is_refused_by_its_name_and_not_as_damaged(string type)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(200, "{\"schemaVersion\":1}", ("Content-Type", type)));
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            far.Repository().ReadManifestAsync(Digest.Of("another"u8), default)
        );
        Assert.Contains($"Docker's first format ({type.Split(';')[0]}), which is not supported", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker.io/debian", "/v2/library/debian/manifests/v1")]
    [InlineData("Index.docker.io:443/debian", "/v2/library/debian/manifests/v1")]
    [InlineData("docker.io/a/b", "/v2/a/b/manifests/v1")]
    [InlineData("quay.io/debian", "/v2/debian/manifests/v1")]
    public async Task A_name_of_Docker_Hubs_without_owner_is_its_librarys(string name, string path)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(404));
        Assert.Null(await far.Repository(name).ResolveAsync("v1", default));
        Assert.Equal(path, Assert.Single(far.Requests).Address.AbsolutePath);
        Assert.Equal(name, far.Repository(name).Name);
    }

    [Fact]
    public async Task A_manifest_that_is_cut_is_asked_for_again()
    {
        byte[] manifest = new Manifest(Blob, []).ToBytes();
        int asked = 0;
        RegistryHandler far = new(_ => new HttpResponseMessage
        {
            Content = Body(manifest, ++asked < 3 ? 10 : manifest.Length, manifest.Length, MediaType.Manifest),
        });
        Assert.Equal(manifest, (await far.Repository().ReadManifestAsync(Digest.Of(manifest), default))!.Bytes.ToArray());
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Leaving_a_blob_half_read_closes_its_answer()
    {
        CutBody body = new(Content, Size);
        RegistryHandler far = new(_ => new HttpResponseMessage { Content = new StreamContent(body) });
        Stream blob = (await far.Repository().OpenBlobAsync(Blob, default))!;
        await blob.ReadExactlyAsync(new byte[10]);
        await blob.DisposeAsync();
        Assert.True(body.IsDisposed);
    }

    private static async Task<byte[]> PullAsync(RegistryHandler far, Descriptor? blob = null)
    {
        await using Stream stream = (await far.Repository().OpenBlobAsync(blob ?? Blob, TestContext.Current.CancellationToken))!;
        using MemoryStream read = new();
        await stream.CopyToAsync(read, TestContext.Current.CancellationToken);
        return read.ToArray();
    }

    private static long From(HttpRequestMessage request) => request.Headers.Range?.Ranges.Single().From ?? 0;

    private static HttpResponseMessage Rest(HttpRequestMessage request, int count, byte[]? content = null)
    {
        content ??= Content;
        int from = (int)From(request);
        HttpResponseMessage answer = new(from == 0 ? System.Net.HttpStatusCode.OK : System.Net.HttpStatusCode.PartialContent)
        {
            Content = Body(content[from..], Math.Min(count, content.Length - from)),
        };
        if (from > 0)
            answer.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, content.Length - 1, content.Length);
        return answer;
    }

    private static StreamContent Body(byte[] content, int count, int? length = null, string type = "application/octet-stream") =>
        new(new CutBody(content, count))
        {
            Headers = { ContentLength = length ?? content.Length, ContentType = new MediaTypeHeaderValue(type) },
        };

    /// <summary>Breaks off after some bytes when there are more.</summary>
    private sealed class CutBody(byte[] content, int count) : MemoryStream(content, 0, count)
    {
        private readonly bool _isCut = count < content.Length;

        public bool IsDisposed { get; private set; }

        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await base.ReadAsync(buffer, cancellationToken);
            return read == 0 && _isCut ? throw new IOException("connection reset by peer") : read;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
