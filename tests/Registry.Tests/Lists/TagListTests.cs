using System.Text;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

/// <summary>Cases of the distribution specification, "Listing Tags", and lists that no sound registry sends.</summary>
public class TagListTests
{
    private const int Bound = 8 * 1024 * 1024;

    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task Tags_are_listed_over_all_pages(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        Repository repository = fixture.Repository();
        Assert.Null(await repository.TagsAsync(default));
        (ManifestContent manifest, _, _) = await ClientFixture.PushImageAsync(repository, "v1");
        await repository.PushManifestAsync(manifest, "v2", default);
        Assert.Equal(["v1", "v2"], (await repository.TagsAsync(default))!.Value.ToArray());
        Assert.Equal(["v1", "v2"], (await fixture.Anonymous().TagsAsync(default))!.Value.ToArray());
    }

    [Fact]
    public async Task A_page_leads_to_the_next_and_what_comes_twice_counts_once()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Query.Contains("last=b", StringComparison.Ordinal)
                ? List(null, "b", "c")
                : List("</v2/a/b/tags/list?n=2&last=b>; rel=\"next\"", "a", "b")
        );
        Assert.Equal(["a", "b", "c"], (await far.Repository().TagsAsync(default))!.Value.ToArray());
        Assert.Equal(2, far.Requests.Count);
    }

    [Fact]
    public async Task No_tags_at_all_may_be_null() =>
        Assert.Empty(
            (
                await new RegistryHandler(_ => RegistryHandler.Answer(200, """{"name":"a/b","tags":null}"""))
                    .Repository()
                    .TagsAsync(default)
            )!.Value
        );

    [Theory]
    [InlineData("""{"tags":["a","b c"]}""", "the list holds a malformed tag")]
    [InlineData("""{"tags":["../../x"]}""", "the list holds a malformed tag")]
    [InlineData("""{"tags":["\u001b[31m"]}""", "the list holds a malformed tag")]
    [InlineData("""{"tags":[null]}""", "the list holds a malformed tag")]
    [InlineData("""{"tags":[1]}""", "not a list of tags")]
    [InlineData("""{"tags":{}}""", "not a list of tags")]
    [InlineData("""["a"]""", "not a list of tags")]
    [InlineData("""{"tags":["a"],"tags":["b"]}""", "not a list of tags")]
    [InlineData("", "not a list of tags")]
    public async Task What_is_no_list_of_tags_is_refused(string body, string because)
    {
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            new RegistryHandler(_ => RegistryHandler.Answer(200, body)).Repository().TagsAsync(default)
        );
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.Equal(Http.RemoteFault.Protocol, e.Fault);
    }

    [Fact]
    public async Task A_million_tags_in_one_answer_are_not_read_to_the_end()
    {
        EndlessTags body = new();
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            new RegistryHandler(_ => new HttpResponseMessage { Content = new StreamContent(body) }).Repository().TagsAsync(default)
        );
        Assert.Contains($"more than {Bound} bytes", e.Message, StringComparison.Ordinal);
        Assert.InRange(body.BytesRead, Bound, Bound + 100_000);
    }

    [Fact]
    public async Task A_million_tags_over_many_pages_are_not_read_to_the_end()
    {
        int page = 0;
        RegistryHandler far = new(_ =>
        {
            page++;
            return List($"</v2/a/b/tags/list?last={page}>; rel=next", [.. Enumerable.Range(0, 10_000).Select(i => $"v{page}.{i}")]);
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
        Assert.Contains($"more than 100000 tags", e.Message, StringComparison.Ordinal);
        Assert.Equal(11, page);
    }

    [Fact]
    public async Task Of_a_list_of_any_length_only_what_is_wanted_is_kept_and_no_more_than_asked_for()
    {
        int page = 0;
        RegistryHandler far = new(_ =>
        {
            page++;
            return List($"</v2/a/b/tags/list?last={page}>; rel=next", [.. Enumerable.Range(0, 10_000).Select(i => $"v{page}.{i}")]);
        });
        ListedTags some = (await far.Repository().TagsAsync(tag => tag.EndsWith(".7", StringComparison.Ordinal), 1000, default))!;
        Assert.Equal((false, 11, 11), (some.IsWhole, some.Names.Length, page));
        page = 0;
        ListedTags few = (await far.Repository().TagsAsync(_ => true, 5, default))!;
        Assert.Equal((false, "v1.0 v1.1 v1.2 v1.3 v1.4", 1), (few.IsWhole, string.Join(' ', few.Names), page));
        ListedTags all = (
            await new RegistryHandler(_ => List(null, "a", "b", "a", "c")).Repository().TagsAsync(tag => tag != "b", 2, default)
        )!;
        Assert.Equal((true, "a c"), (all.IsWhole, string.Join(' ', all.Names)));
    }

    [Fact]
    public async Task A_list_that_is_mostly_nothing_is_not_read_to_its_end()
    {
        int page = 0;
        string padding = new(' ', 7 << 20);
        RegistryHandler far = new(_ =>
            RegistryHandler.Answer(
                200,
                "{\"tags\":[\"a" + ++page + "\"]" + padding + "}",
                ("Link", $"</v2/a/b/tags/list?last={page}>; rel=next")
            )
        );
        Assert.False((await far.Repository().TagsAsync(_ => true, 1000, default))!.IsWhole);
        Assert.InRange(page, 2, 5);
    }

    [Fact]
    public async Task Pages_that_never_end_end()
    {
        RegistryHandler far = new(_ => List("</v2/a/b/tags/list?last=a>; rel=\"next\"", "a"));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
        Assert.Contains("pages", e.Message, StringComparison.Ordinal);
        Assert.InRange(far.Requests.Count, 1, 2000);
    }

    [Theory]
    [InlineData("http://evil.example/v2/a/b/tags/list")]
    [InlineData("https://127.0.0.1/v2/a/b/tags/list")]
    [InlineData("file:///etc/passwd")]
    public async Task A_page_does_not_lead_where_we_do_not_go(string next)
    {
        RegistryHandler far = new(_ => List($"<{next}>; rel=\"next\"", "a"));
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
        Assert.Single(far.Requests);
    }

    [Fact]
    public async Task A_page_that_is_cut_is_asked_for_again()
    {
        int asked = 0;
        RegistryHandler far = new(_ =>
            ++asked == 1 ? new HttpResponseMessage { Content = new StreamContent(new BrokenBody()) } : List(null, "a")
        );
        Assert.Equal(["a"], (await far.Repository().TagsAsync(default))!.Value.ToArray());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_link_that_could_be_read_in_many_ways_takes_no_longer_than_another()
    {
        // By trying each way the count of steps would double with every parameter.
        string link = "</x>" + string.Concat(Enumerable.Repeat("; ", 5000)) + "!!<";
        RegistryHandler far = new(_ => List(link, "a"));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            Task.Run(() => far.Repository().TagsAsync(default)).WaitAsync(TimeSpan.FromMinutes(1))
        );
        Assert.Contains("breaks the grammar", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_404_on_a_later_page_is_no_end()
    {
        RegistryHandler far = new(request =>
            request.RequestUri!.Query.Contains("last", StringComparison.Ordinal)
                ? RegistryHandler.Answer(404)
                : List("</v2/a/b/tags/list?last=a>; rel=\"next\"", "a")
        );
        await Assert.ThrowsAsync<RegistryException>(() => far.Repository().TagsAsync(default));
    }

    private static HttpResponseMessage List(string? link, params string[] tags)
    {
        string body = $$"""{"name":"a/b","tags":[{{string.Join(',', tags.Select(tag => $"\"{tag}\""))}}]}""";
        return link is null ? RegistryHandler.Answer(200, body) : RegistryHandler.Answer(200, body, ("Link", link));
    }

    /// <summary>A list of tags that never ends.</summary>
    private sealed class EndlessTags : Stream
    {
        private static readonly byte[] Line = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("\"v1.2.3-4-g0123456\",", 100)));

        public long BytesRead { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => BytesRead;
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int length = Math.Min(count, Line.Length);
            Line.AsSpan(0, length).CopyTo(buffer.AsSpan(offset));
            BytesRead += length;
            return length;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
