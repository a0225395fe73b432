using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Fetching.Tests;

/// <summary>A file that no hash proves is asked for again by what its host said of it, and nothing wrong takes its place.</summary>
public sealed class RevalidatedFileTests : IAsyncLifetime
{
    private const int Limit = 1_000_000;
    private static readonly DateTimeOffset Long_ago = new(2020, 2, 2, 2, 2, 2, TimeSpan.Zero);

    private readonly DownloadFixture _bench = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(500_000);
    private LoopbackServer _server = null!;

    private string Folder => Path.Combine(_bench.Folder, "kept");

    private RevalidatedFile Kept => new(Folder, "list", TimeProvider.System);

    public async ValueTask InitializeAsync() => _server = await LoopbackServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _bench.Dispose();
    }

    [Theory]
    [InlineData("\"one\"", false)]
    [InlineData("W/\"one\"", true)]
    [InlineData(null, true)]
    public async Task What_is_still_the_same_does_not_come_again(string? tag, bool isDated)
    {
        List<string> asked = [];
        Serve(_content, tag, isDated ? Long_ago : null, asked);
        Assert.Null(await Kept.FindAsync(default));

        (KeptFile first, bool isNew) = await RefreshAsync();
        (KeptFile second, bool isNewAgain) = await RefreshAsync();

        Assert.True(isNew);
        Assert.False(isNewAgain);
        Assert.Equal(["200", "304"], asked);
        Assert.Equal(_content, await File.ReadAllBytesAsync(second.Path));
        Assert.True(second.Checked > first.Checked);
        KeptFile found = (await Kept.FindAsync(default))!;
        Assert.Equal(second, found);
        if (isDated)
            Assert.Equal(Long_ago.UtcDateTime, File.GetLastWriteTimeUtc(found.Path));
        else
            Assert.Equal(second.Checked.UtcDateTime, File.GetLastWriteTimeUtc(found.Path), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task What_is_another_by_now_takes_the_place_of_what_was_there_and_only_that_is_kept()
    {
        Serve(_content, "\"one\"", Long_ago, []);
        await RefreshAsync();
        byte[] newer = RandomNumberGenerator.GetBytes(1000);
        Serve(newer, "\"two\"", null, []);
        (KeptFile file, bool isNew) = await RefreshAsync();
        Assert.True(isNew);
        Assert.Equal(newer, await File.ReadAllBytesAsync(file.Path));
        Assert.Equal(
            [$"list-{Digest.Of(newer).Hex}", "list.json", "list.lock"],
            Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task A_time_of_modification_that_lies_ahead_makes_a_file_no_younger_than_it_is()
    {
        Serve(_content, null, DateTimeOffset.UtcNow.AddYears(3), []);
        (KeptFile file, _) = await RefreshAsync();
        Assert.Equal(file.Checked.UtcDateTime, File.GetLastWriteTimeUtc(file.Path), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData("\"one\"", new[] { "whole", "bytes=200000- if \"one\"" })]
    [InlineData(null, new[] { "whole", "whole" })]
    public async Task What_was_cut_goes_on_only_where_the_host_can_tell_that_it_is_the_same_file(string? tag, string[] asked)
    {
        RangeServer file = new(_server, "list", _content) { Cuts = new([200_000]), EntityTag = tag };
        (KeptFile kept, _) = await RefreshAsync();
        Assert.Equal(_content, await File.ReadAllBytesAsync(kept.Path));
        Assert.Equal(asked, file.Ranges);
    }

    [Fact]
    public async Task A_file_that_is_replaced_while_it_comes_is_had_whole()
    {
        byte[] newer = RandomNumberGenerator.GetBytes(400_000);
        RangeServer file = new(_server, "list", _content)
        {
            Cuts = new([200_000]),
            EntityTag = "\"one\"",
            LaterEntityTag = "\"two\"",
            Later = newer,
        };
        (KeptFile kept, _) = await RefreshAsync();
        Assert.Equal(newer, await File.ReadAllBytesAsync(kept.Path));
        Assert.Equal("\"two\"", kept.Validators.EntityTag);
        Assert.Equal(2, file.Ranges.Count);
    }

    [Fact]
    public async Task What_is_too_long_cut_for_ever_refused_or_gone_leaves_what_was_there()
    {
        Serve(_content, "\"one\"", null, []);
        (KeptFile before, _) = await RefreshAsync();

        _server.Serve("list", RandomNumberGenerator.GetBytes(Limit + 1));
        Assert.Contains("wanted at most 1000000 bytes", (await Assert.ThrowsAsync<ContentException>(() => RefreshAsync())).Message);
        _server.ServeCut("list", _content[1..], times: 99);
        Assert.Equal(RemoteFault.TryAgain, (await Assert.ThrowsAsync<CutBodyException>(() => RefreshAsync())).Fault);
        _server.Serve("list", 404);
        Assert.Equal(RemoteFault.NotFound, (await Assert.ThrowsAsync<RemoteException>(() => RefreshAsync())).Fault);
        _server.Serve("list", "<html>"u8.ToArray());
        string? shown = null;
        await Assert.ThrowsAsync<ContentException>(() =>
            RefreshAsync(path =>
            {
                shown = File.ReadAllText(path);
                throw new ContentException("not what it should be");
            })
        );
        Assert.Equal("<html>", shown);

        Assert.Equal(before, await Kept.FindAsync(default));
        Assert.Equal(3, Directory.EnumerateFiles(Folder).Count());
    }

    [Fact]
    public async Task What_is_damaged_is_told_and_had_whole_again()
    {
        List<string> asked = [];
        Serve(_content, "\"one\"", null, asked);
        (KeptFile file, _) = await RefreshAsync();
        await File.WriteAllTextAsync(file.Path, "something else");
        Assert.Contains("wanted sha256:", (await Assert.ThrowsAsync<ContentException>(() => Kept.FindAsync(default))).Message);
        await RefreshAsync();
        File.Delete(file.Path);
        Assert.Contains("is not there any more", (await Assert.ThrowsAsync<ContentException>(() => Kept.FindAsync(default))).Message);
        await RefreshAsync();
        Assert.Equal(["200", "200", "200"], asked);
        Assert.Equal(_content, await File.ReadAllBytesAsync((await Kept.FindAsync(default))!.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"digest\": \"sha256:../../etc/passwd\"}")]
    [InlineData("{\"digest\": \"sha256:0000000000000000000000000000000000000000000000000000000000000000\", \"checked\": 3}")]
    public async Task A_record_that_is_none_is_told_and_replaced(string record)
    {
        Serve(_content, "\"one\"", null, []);
        await RefreshAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder, "list.json"), record);
        await Assert.ThrowsAsync<ContentException>(() => Kept.FindAsync(default));
        await RefreshAsync();
        Assert.NotNull(await Kept.FindAsync(default));
    }

    [Fact]
    public async Task From_another_place_it_is_had_whole_whatever_the_first_one_said()
    {
        Serve(_content, "\"one\"", Long_ago, []);
        await RefreshAsync();
        List<string> asked = [];
        byte[] other = RandomNumberGenerator.GetBytes(100);
        Serve(other, "\"one\"", Long_ago, asked, "mirror/list");
        (KeptFile file, bool isNew) = await RefreshAsync(origin: Origin.Of(_server.At("mirror/list")));
        Assert.True(isNew);
        Assert.Equal(["200"], asked);
        Assert.Equal(Digest.Of(other), file.Digest);
    }

    [Fact]
    public async Task A_folder_gives_it_too_with_its_time_and_plain_http_of_another_machine_does_not()
    {
        string path = Path.Combine(_bench.Folder, "list");
        await File.WriteAllTextAsync(path, "a list");
        File.SetLastWriteTimeUtc(path, Long_ago.UtcDateTime);
        (KeptFile file, _) = await RefreshAsync(origin: Origin.OfMirror(new Uri(path)));
        Assert.Equal("a list", await File.ReadAllTextAsync(file.Path));
        Assert.Equal(Long_ago.UtcDateTime, File.GetLastWriteTimeUtc(file.Path));

        RemoteException refused = await Assert.ThrowsAsync<RemoteException>(() =>
            RefreshAsync(origin: Origin.OfMirror(new Uri("http://mirror.example/list")))
        );
        Assert.Equal(RemoteFault.Untrusted, refused.Fault);
        Assert.Contains("wanted https, a folder, or http of this machine", refused.Message);
    }

    [Fact]
    public async Task Not_modified_from_a_host_that_was_not_asked_whether_it_is_breaks_the_protocol()
    {
        _server.Serve("list", 304);
        Assert.Equal(RemoteFault.Protocol, (await Assert.ThrowsAsync<RemoteException>(() => RefreshAsync())).Fault);
        Assert.Null(await Kept.FindAsync(default));
    }

    [Fact]
    public async Task Several_at_once_end_with_one_sound_file()
    {
        Serve(_content, "\"one\"", null, []);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RefreshAsync())));
        Assert.Equal(Digest.Of(_content), (await Kept.FindAsync(default))!.Digest);
        Assert.Equal(3, Directory.EnumerateFiles(Folder).Count());
    }

    private Task<(KeptFile File, bool IsNew)> RefreshAsync(Action<string>? require = null, Origin? origin = null) =>
        Kept.RefreshAsync(_bench.Reader, origin ?? Origin.Of(_server.At("list")), Limit, require ?? (_ => { }), default);

    /// <summary>As RFC 9110 has it: 304 to who has the same.</summary>
    private void Serve(byte[] content, string? tag, DateTimeOffset? modified, List<string> statuses, string path = "list") =>
        _server.On(path, async (context, _) =>
        {
            string none = context.Request.Headers.IfNoneMatch.ToString(),
                since = context.Request.Headers.IfModifiedSince.ToString();
            if (tag is not null)
                context.Response.Headers.ETag = tag;
            if (modified is { } time)
                context.Response.Headers.LastModified = time.ToString("R");
            bool isSame = none.Length > 0 ? none == tag : since.Length > 0 && since == modified?.ToString("R");
            context.Response.StatusCode = isSame ? 304 : 200;
            lock (statuses)
                statuses.Add(context.Response.StatusCode.ToString(null, null));
            if (!isSame)
                await context.Response.Body.WriteAsync(content);
        });
}
