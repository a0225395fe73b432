using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Slipway.Oci;

namespace Slipway.Rehearsal.Tests;

public sealed class StandInUpstreamTests : IDisposable
{
    private static readonly Uri Address = new("https://dl.example.org/release/v1/bin/tool");

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("slipway-standins-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_stands_where_a_mirror_has_it()
    {
        StandInUpstream upstream = At("one");
        StandInFile made = await upstream.AddAsync(Address, "origin", Content("program"), Stop);
        Assert.Equal("program", File.ReadAllText(Path.Combine(upstream.Folder, "dl.example.org", "release", "v1", "bin", "tool")));
        Assert.Equal((Digest.Of("program"u8), 7L), (made.Digest, made.Size));
        Assert.Equal(made, await upstream.FindAsync(Address, "origin", Stop));
    }

    [Fact]
    public async Task What_was_made_from_something_else_is_not_found()
    {
        StandInUpstream upstream = At("one");
        await upstream.AddAsync(Address, "origin", Content("program"), Stop);
        Assert.Null(await upstream.FindAsync(Address, "another origin", Stop));
        Assert.Null(await upstream.FindAsync(new Uri(Address + "2"), "origin", Stop));
        StandInFile again = await upstream.AddAsync(Address, "another origin", Content("other"), Stop);
        Assert.Equal(again, await upstream.FindAsync(Address, "another origin", Stop));
        Assert.Null(await upstream.FindAsync(Address, "origin", Stop));
    }

    [Fact]
    public async Task A_file_that_was_not_finished_is_not_found()
    {
        StandInUpstream upstream = At("one");
        await upstream.AddAsync(Address, "origin", Content("program"), Stop);
        await Assert.ThrowsAsync<IOException>(() =>
            upstream.AddArchiveAsync(
                Address,
                "origin",
                [KeyValuePair.Create<string, Func<Stream>>("a", () => throw new IOException("broken"))],
                Stop
            )
        );
        Assert.Null(await upstream.FindAsync(Address, "origin", Stop));
    }

    [Fact]
    public async Task An_archive_holds_its_members_and_is_the_same_each_time()
    {
        KeyValuePair<string, Func<Stream>>[] members = [new("b", () => Content("B")), new("a", () => Content(""))];
        StandInFile one = await At("one").AddArchiveAsync(Address, "origin", members, Stop);
        Assert.Equal(one, await At("two").AddArchiveAsync(Address, "origin", members, Stop));
        using TarReader tar = new(
            new GZipStream(
                File.OpenRead(Path.Combine(At("one").Folder, "dl.example.org", "release", "v1", "bin", "tool")),
                CompressionMode.Decompress
            )
        );
        TarEntry first = tar.GetNextEntry()!;
        Assert.Equal(("./b", 1L, DateTimeOffset.UnixEpoch), (first.Name, first.Length, first.ModificationTime));
        Assert.Equal(("./a", 0L), (tar.GetNextEntry() is { } second ? (second.Name, second.Length) : default));
        Assert.Null(tar.GetNextEntry());
    }

    [Theory]
    [InlineData("https://dl.example.org/../../outside")]
    [InlineData("https://dl.example.org/%2e%2e/%2e%2e/outside")]
    [InlineData("https://dl.example.org/..%2f..%2foutside")]
    public async Task Nothing_is_written_outside_the_folder(string address)
    {
        try
        {
            await At("one").AddAsync(new Uri(address), "origin", Content("x"), Stop);
        }
        catch (ArgumentException)
        {
            // Refusing is as good as staying inside.
        }

        Assert.All(_root.GetFiles("*", SearchOption.AllDirectories), file =>
            Assert.StartsWith(At("one").Folder + "/", file.FullName, StringComparison.Ordinal)
        );
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static MemoryStream Content(string text) => new(Encoding.UTF8.GetBytes(text));

    private StandInUpstream At(string name) => new(Path.Combine(_root.FullName, name));
}
