using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Registry.Tests;

/// <summary>Cases of the distribution specification, "Pushing a blob in chunks", with a registry that loses connections.</summary>
public class ChunkTests
{
    private const int Chunk = 8 * 1024 * 1024;
    private const int Size = (2 * Chunk) + 1_000_003;

    private static readonly byte[] Content = NewContent();
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Fact]
    public async Task A_blob_of_one_chunk_goes_whole()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        Descriptor blob = Descriptor.Of(MediaType.LayerGzip, Content.AsSpan(0, Chunk));
        Assert.True(await fixture.Repository().PushBlobAsync(blob, () => new MemoryStream(Content, 0, Chunk), default));
        Assert.Equal(["HEAD", "POST", "PUT"], Methods(fixture));
    }

    [Theory]
    [InlineData(RehearsalAuthentication.None)]
    [InlineData(RehearsalAuthentication.Basic)]
    [InlineData(RehearsalAuthentication.Token)]
    public async Task A_larger_blob_goes_in_chunks_and_is_read_once(RehearsalAuthentication authentication)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(authentication);
        Repository repository = fixture.Repository();
        await repository.HasBlobAsync(Blob, default);
        fixture.Registry.Log.Clear();
        int opened = 0;
        Assert.True(await repository.PushBlobAsync(Blob, () => Open(ref opened), default));
        Assert.Equal([Chunk, Chunk, Size - (2 * Chunk)], Sent(fixture).Where(bytes => bytes > 0));
        Assert.Equal(1, opened);
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData("PATCH", 2)]
    [InlineData("PATCH", 1)]
    [InlineData("PUT", 1)]
    public async Task After_a_cut_only_what_is_missing_is_sent(string method, int which)
    {
        const int Kept = 654_321;
        await using ClientFixture fixture = await FaultyAsync(Nth(method, which, Fault.Cut(Kept)));
        int opened = 0;
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, () => Open(ref opened), default));
        Assert.Equal(Size, Sent(fixture).Sum());
        Assert.Contains(Kept, Sent(fixture));
        Assert.Equal((1, 1, 1), (fixture.Count("POST", "/uploads/"), fixture.Count("GET", "/uploads/"), opened));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData("PATCH", 503)]
    [InlineData("PATCH", 429)]
    [InlineData("PATCH", 0)]
    [InlineData("PUT", 503)]
    [InlineData("PUT", 0)]
    public async Task After_a_failure_at_most_one_chunk_is_sent_again(string method, int status)
    {
        Fault fault = (status == 0 ? Fault.Reset : Fault.Answer(status)) with { AfterBytes = 900_000 };
        await using ClientFixture fixture = await FaultyAsync(Nth(method, method == "PUT" ? 1 : 2, fault));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.InRange(Sent(fixture).Sum(), Size, Size + Chunk);
        Assert.Equal(1, fixture.Count("POST", "/uploads/"));
        await RequireStoredAsync(fixture);
    }

    [Fact]
    public async Task A_chunk_whose_answer_was_lost_is_not_sent_again()
    {
        await using ClientFixture fixture = await FaultyAsync(Nth("PATCH", 2, Fault.LostAnswer));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(Size, Sent(fixture).Sum());
        await RequireStoredAsync(fixture);
    }

    [Fact]
    public async Task A_blob_whose_closing_answer_was_lost_is_not_sent_again()
    {
        await using ClientFixture fixture = await FaultyAsync(Nth("PUT", 1, Fault.LostAnswer));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(Size, Sent(fixture).Sum());
        Assert.Equal(1, fixture.Count("POST", "/uploads/"));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData("PATCH", 2)]
    [InlineData("PUT", 1)]
    public async Task Out_of_order_means_to_ask_and_go_on(string method, int which)
    {
        await using ClientFixture fixture = await FaultyAsync(Nth(method, which, Fault.Answer(416)));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal((1, 1), (fixture.Count("POST", "/uploads/"), fixture.Count("GET", "/uploads/")));
        await RequireStoredAsync(fixture);
    }

    [Fact]
    public async Task A_registry_that_finds_every_chunk_out_of_order_gets_the_whole()
    {
        await using ClientFixture fixture = await FaultyAsync(request => request.Method == "PATCH" ? Fault.Answer(416) : null);
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.InRange(fixture.Count("PATCH", ""), 1, 3);
        await RequireStoredAsync(fixture);
    }

    [Fact]
    public async Task A_registry_that_finds_everything_out_of_order_is_given_up()
    {
        await using ClientFixture fixture = await FaultyAsync(request => request.Method is "PATCH" or "PUT" ? Fault.Answer(416) : null);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(416, (int)e.Status!);
        Assert.InRange(fixture.Count("PATCH", "") + fixture.Count("PUT", ""), 2, 10);
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Theory]
    [InlineData("PATCH")]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task A_session_that_is_gone_is_begun_anew(string method)
    {
        int cuts = 0;
        Func<RehearsalRequest, Fault?> gone = Nth(method, method == "PATCH" ? 2 : 1, Fault.Answer(404));
        await using ClientFixture fixture = await FaultyAsync(request =>
            gone(request) ?? (method == "GET" && request.Method == "PATCH" && cuts++ == 0 ? Fault.Cut(1000) : null)
        );
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(2, fixture.Count("POST", "/uploads/"));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_session_that_is_gone_before_the_whole_was_sent_is_begun_anew(int times)
    {
        int puts = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                "PUT" when ++puts <= times => RegistryHandler.Answer(404, """{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}"""),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(await far.Repository().PushBlobAsync(Descriptor.Of(MediaType.LayerGzip, Content.AsSpan(0, 1000)), Open1000, default));
        Assert.Equal(times + 1, far.Requests.Count(asked => asked.Method == "POST"));

        static MemoryStream Open1000() => new(Content, 0, 1000, writable: false);
    }

    [Fact]
    public async Task Sessions_that_keep_vanishing_end_the_upload()
    {
        await using ClientFixture fixture = await FaultyAsync(request => request.Method == "PATCH" ? Fault.Answer(404) : null);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(404, (int)e.Status!);
        Assert.Equal(3, fixture.Count("POST", "/uploads/"));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_cut_before_the_second_byte_begins_anew()
    {
        await using ClientFixture fixture = await FaultyAsync(Nth("PATCH", 1, Fault.Cut(1)));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(2, fixture.Count("POST", "/uploads/"));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData(10_000_000, 10_000_000)]
    [InlineData(1000, Chunk)]
    [InlineData(Size, Size)]
    public async Task The_registrys_least_chunk_is_honoured(int least, int first)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(with: options => options with { MinimumChunk = least });
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(first, Sent(fixture).First(bytes => bytes > 0));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(501)]
    public async Task A_registry_without_chunks_gets_the_whole(int status)
    {
        await using ClientFixture fixture = await FaultyAsync(request => request.Method == "PATCH" ? Fault.Answer(status) : null);
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal((1, 1), (fixture.Count("PATCH", ""), fixture.Count("PUT", "")));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-Chunk)]
    [InlineData(1)]
    public async Task Local_bytes_that_are_not_the_blob_make_none_and_leave_no_session(int longer)
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        byte[] other = new byte[Size + longer];
        Content.AsSpan(0, Math.Min(other.Length, Size)).CopyTo(other);
        other[0] ^= (byte)(longer == 0 ? 1 : 0);
        await Assert.ThrowsAsync<ContentException>(() => fixture.Repository().PushBlobAsync(Blob, () => new MemoryStream(other), default));
        Assert.False(await fixture.Repository().HasBlobAsync(Blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Theory]
    [InlineData(Size)]
    [InlineData(Chunk)]
    public async Task Local_bytes_that_change_between_two_readings_make_no_blob(int then)
    {
        Func<RehearsalRequest, Fault?> late = Nth("PUT", 1, Fault.Reset with { AfterBytes = (2 * Chunk) + 1 });
        await using ClientFixture fixture = await FaultyAsync(request => request.Method == "PATCH" ? Fault.Answer(405) : late(request));
        int opened = 0;
        await Assert.ThrowsAnyAsync<Exception>(() =>
            fixture.Repository().PushBlobAsync(Blob, () => opened++ == 0 ? Open() : new MemoryStream(new byte[then]), default)
        );
        Assert.Equal(2, opened);
        Assert.False(await fixture.Repository().HasBlobAsync(Blob, default));
        Assert.Equal(0, fixture.Registry.OpenUploads);
    }

    [Fact]
    public async Task A_token_that_dies_between_two_chunks_costs_no_byte()
    {
        ManualTime late = new();
        int patches = 0;
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options => (
                options with
                {
                    Time = late,
                }
            ).WithFaults(request =>
            {
                if (request.Method == "PATCH" && Interlocked.Increment(ref patches) == 2)
                    late.Advance(TimeSpan.FromHours(1));
                return null;
            }));
        Assert.True(await fixture.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(1, fixture.Registry.Log.All.Count(entry => entry.Request.Method == "POST" && entry.Status == 202));
        await RequireStoredAsync(fixture);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0-99999999999")]
    [InlineData("0-99999999999999999999")]
    [InlineData("bytes 0-1x")]
    [InlineData("5-8388607")]
    public async Task A_chunk_that_is_accepted_is_there_whatever_the_range_says_as_the_digest_proves_it(string range)
    {
        RegistryHandler far = Answering(range, "/up");
        Assert.True(await far.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(["HEAD", "POST", "PATCH", "PATCH", "PUT"], far.Requests.Select(asked => asked.Method));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_registry_that_takes_chunks_and_keeps_hardly_any_of_them_gets_the_whole(int each)
    {
        int patches = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                "PATCH" when ++patches == 30 => throw new InvalidOperationException("it goes on for ever"),
                "PATCH" => RegistryHandler.Answer(202, "", ("Location", "/up"), ("Range", $"0-{each * patches}")),
                "GET" => RegistryHandler.Answer(204, "", ("Location", "/up"), ("Range", $"0-{each * patches}")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(await far.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal("PUT", far.Requests[^1].Method);
        Assert.InRange(patches, 1, 10);
    }

    [Theory]
    [InlineData("http://quay.io/up")]
    [InlineData("https://127.0.0.1/up")]
    public async Task A_chunk_answers_location_where_we_do_not_go_gets_no_bytes(string location)
    {
        RegistryHandler far = Answering($"0-{Chunk - 1}", location);
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(RemoteFault.Protocol, e.Fault);
        Assert.Equal(["HEAD", "POST", "PATCH", "DELETE"], far.Requests.Select(asked => asked.Method));
    }

    [Theory]
    [InlineData("0-", 0)]
    [InlineData("bytes=0-", 0)]
    [InlineData("0-", 1)]
    [InlineData("bytes=0-", 1)]
    public async Task A_chunk_answer_without_location_means_the_same_place_and_one_too_many_means_all(string form, int more)
    {
        int patches = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                "PATCH" => RegistryHandler.Answer(202, "", ("Range", $"{form}{(++patches * Chunk) - 1 + more}")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(await far.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(["HEAD", "POST", "PATCH", "PATCH", "PUT"], far.Requests.Select(asked => asked.Method));
        Assert.All(far.Requests.Skip(2), asked => Assert.Equal("/up", asked.Address.AbsolutePath));
    }

    [Fact]
    public async Task Each_chunk_goes_where_the_answer_before_said()
    {
        int patches = 0;
        RegistryHandler far = new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up?state=0")),
                "PATCH" => RegistryHandler.Answer(202, "", ("Location", $"/up?state={++patches}"), ("Range", $"0-{(patches * Chunk) - 1}")),
                _ => RegistryHandler.Answer(201),
            }
        );
        Assert.True(await far.Repository().PushBlobAsync(Blob, Open, default));
        Assert.Equal(
            ["?state=0", "?state=1", $"?state=2&digest=sha256%3A{Blob.Digest.Hex}"],
            far.Requests.Skip(2).Select(asked => asked.Address.Query)
        );
    }

    private static RegistryHandler Answering(string range, string location) =>
        new(request =>
            request.Method.Method switch
            {
                "HEAD" => RegistryHandler.Answer(404),
                "POST" => RegistryHandler.Answer(202, "", ("Location", "/up")),
                "PATCH" => RegistryHandler.Answer(202, "", ("Location", location), ("Range", range)),
                _ => RegistryHandler.Answer(201),
            }
        );

    private static Task<ClientFixture> FaultyAsync(Func<RehearsalRequest, Fault?> faults) =>
        ClientFixture.StartAsync(with: options => options.WithFaults(faults));

    /// <summary>The fault for the n-th request of a method about an upload session.</summary>
    private static Func<RehearsalRequest, Fault?> Nth(string method, int which, Fault fault)
    {
        int count = 0;
        return request =>
            request.Method == method
            && request.Path.Contains("/uploads/", StringComparison.Ordinal)
            && Interlocked.Increment(ref count) == which
                ? fault
                : null;
    }

    private static IEnumerable<string> Methods(ClientFixture fixture) => fixture.Registry.Log.All.Select(entry => entry.Request.Method);

    /// <summary>How many bytes of the blob each request brought, as far as the registry read them.</summary>
    private static ImmutableArray<long> Sent(ClientFixture fixture) => [.. fixture.Registry.Log.All.Select(entry => entry.BodyBytes)];

    private static async Task RequireStoredAsync(ClientFixture fixture)
    {
        Assert.Equal(0, fixture.Registry.OpenUploads);
        await using Stream blob = (await fixture.Repository().OpenBlobAsync(Blob, default))!;
        await blob.CopyToAsync(Stream.Null);
    }

    private static MemoryStream Open() => new(Content, writable: false);

    private static MemoryStream Open(ref int opened)
    {
        opened++;
        return Open();
    }

    private static byte[] NewContent()
    {
        byte[] content = new byte[Size];
        new Random(7).NextBytes(content);
        return content;
    }
}
