using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Updates;

namespace Slipway.Graph.Tests;

/// <summary>What a new lock fixes of an old one: told from the packages themselves, and where they do not tell, not at all.</summary>
public sealed class LockedFixesTests : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly ContentCache _cache;
    private AdvisoryScope? _asked;

    public LockedFixesTests() => _cache = new ContentCache(_folder.Folder("cache"), TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "1.0-1", "1.0-2", "tool")]
    [InlineData("Source: tools\n", "1.0-1", "1.0-2", "tools")]
    [InlineData("Source: tools (1.0-2)\n", "1.0-1+b3", "1.0-2+b1", "tools")]
    public async Task A_fix_between_both_source_versions_is_told(string fields, string was, string now, string source)
    {
        ImmutableDictionary<string, ImmutableArray<string>> fixes = await FindAsync(fields, was, now, source);

        Assert.Equal(["CVE-2026-1"], fixes["tool"]);
        Assert.Equal((source, "trixie", "13"), (_asked!.Sources.Single(), _asked.Codename, _asked.Number));
    }

    [Theory]
    [InlineData("", "1.0-2", "1.0-3")]
    [InlineData("", "1.0-1", "1.0-1")]
    [InlineData("Source: tools (2:9.9-9)\n", "1.0-1", "1.0-2")]
    [InlineData("Source: ../tools\n", "1.0-1", "1.0-2")]
    public async Task What_was_fixed_before_did_not_change_or_is_numbered_otherwise_is_not_claimed(string fields, string was, string now) =>
        Assert.Empty(await FindAsync(fields, was, now, "tool", "tools"));

    [Fact]
    public async Task A_package_that_the_cache_lacks_is_left_out()
    {
        ImageLock now = Lock("1.0-2", new LockedFile("debian/pool/main/t/tool/tool.deb", Digest.Of("gone"u8), 4));
        Assert.Empty(
            await new LockedFixes(_cache, _folder.At("spool")).FindAsync(
                Lock("1.0-1", now.Packages[0].Files["amd64"]),
                now,
                "13",
                Read("tool"),
                default
            )
        );
        Assert.Null(_asked);
    }

    private async Task<ImmutableDictionary<string, ImmutableArray<string>>> FindAsync(
        string fields,
        string was,
        string now,
        params string[] sources
    )
    {
        byte[] deb = new TinyDeb("tool", now) { Fields = fields }
            .File("usr/bin/tool", "x")
            .Build();
        string path = _folder.At("tool.deb");
        await File.WriteAllBytesAsync(path, deb);
        LockedFile file = new("debian/pool/main/t/tool/tool.deb", Digest.Of(deb), deb.Length);
        await _cache.AddAsync(
            new WantedContent
            {
                What = "tool",
                Digest = file.Digest,
                Size = file.Size,
            },
            _ => Task.FromResult<Stream>(File.OpenRead(path)),
            default
        );
        ImmutableDictionary<string, ImmutableArray<string>> fixes = await new LockedFixes(_cache, _folder.At("spool")).FindAsync(
            Lock(was, file),
            Lock(now, file),
            "13",
            Read(sources),
            default
        );
        Assert.False(File.Exists(_folder.At("spool")));
        return fixes;
    }

    /// <summary>CVE-2026-1 is in every version before 1.0-2.</summary>
    private Func<AdvisoryScope, AdvisoryList> Read(params string[] sources) =>
        scope =>
        {
            _asked = scope;
            VersionRange<DebianVersion> range = new([
                new VersionEvent<DebianVersion>(VersionEventKind.Introduced, null),
                new VersionEvent<DebianVersion>(VersionEventKind.Fixed, DebianVersion.Parse("1.0-2")),
            ]);
            return new AdvisoryList(
                sources.Select(source => new DebianAdvisory
                {
                    Package = source,
                    Id = "CVE-2026-1",
                    Ranges = [range],
                })
            );
        };

    private static ImageLock Lock(string version, LockedFile file) =>
        new()
        {
            Image = "tools",
            Version = "v1.0.0",
            Timestamp = DateTimeOffset.UnixEpoch,
            Suites = [new LockedSuite("trixie", DateTimeOffset.UnixEpoch, Digest.Of([]))],
            Debian = new LockedDebian(["main"], Essential: false, Without: []),
            Wanted = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty,
            Upstream = [],
            Packages =
            [
                new LockedPackage(
                    "tool",
                    "base",
                    ImmutableSortedDictionary<string, string>.Empty.Add("amd64", version),
                    ImmutableSortedDictionary<string, LockedFile>.Empty.Add("amd64", file)
                ),
            ],
            StandIns = [],
        };
}
