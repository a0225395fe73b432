using System.IO.Compression;
using System.Text;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Advisories.Tests;

/// <summary>The databases of their hosts, by a mirror in a folder: what is no advisories never takes the place of some.</summary>
public sealed class AdvisoryCacheTests : IDisposable
{
    private const string Tracker = """{ "bash": { "CVE-2026-1": { "releases": { "trixie": { "status": "open", "urgency": "low" } } } } }""";
    private const string TrackerPath = "mirror/security-tracker.debian.org/tracker/data/json";
    private const string GoPath = "mirror/vuln.go.dev/vulndb.zip";

    private readonly ScratchFolder _folder = new();
    private readonly List<string> _log = [];

    private AdvisoryCache Cache => new(_folder.At("cache"), TimeProvider.System);

    public AdvisoryCacheTests()
    {
        _folder.Write(TrackerPath, Tracker);
        WriteGo("ID/GO-2026-1.json");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_are_kept_and_read()
    {
        Assert.Empty(await Cache.FindAsync(default));
        await RefreshAsync();
        IReadOnlyList<string> files = await Cache.FindAsync(default);
        AdvisoryList list = AdvisoryFile.Read(
            files,
            new AdvisoryScope(new HashSet<string> { "bash" }, "trixie", "13") { Modules = new HashSet<string> { "stdlib" } },
            default
        );
        Assert.Single(list.OfSource("bash"));
        Assert.Single(list.OfModule("stdlib"));
        Assert.Equal(2, _log.Count(line => line.Contains(": fetched ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("<html><body>sign in to this network</body></html>")]
    [InlineData("""{ "bash": { "CVE-2026-1": { "releases": """)]
    public async Task What_is_no_advisories_is_refused_by_its_address_and_what_was_there_stays(string wrong)
    {
        await RefreshAsync();
        IReadOnlyList<string> before = await Cache.FindAsync(default);
        string path = _folder.Write(TrackerPath, wrong);
        ContentException refused = await Assert.ThrowsAsync<ContentException>(RefreshAsync);
        Assert.StartsWith(path, refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("it was not kept", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await Cache.FindAsync(default));
        Assert.Equal(Tracker, await File.ReadAllTextAsync(before[0]));
    }

    [Fact]
    public async Task A_zip_without_records_is_refused_and_one_that_is_absent_leaves_what_came_before()
    {
        WriteGo("index/db.json");
        await Assert.ThrowsAsync<ContentException>(RefreshAsync);
        Assert.Single(await Cache.FindAsync(default));
        File.Delete(_folder.At(GoPath));
        Assert.Equal(RemoteFault.NotFound, (await Assert.ThrowsAsync<RemoteException>(RefreshAsync)).Fault);
        Assert.Single(await Cache.FindAsync(default));
    }

    [Fact]
    public async Task What_was_damaged_says_the_command_that_mends_it()
    {
        await RefreshAsync();
        await File.AppendAllTextAsync((await Cache.FindAsync(default))[1], " ");
        Assert.Contains("Scan --refresh", (await Assert.ThrowsAsync<ContentException>(() => Cache.FindAsync(default))).Message);
        await RefreshAsync();
        Assert.Equal(2, (await Cache.FindAsync(default)).Count);
    }

    private async Task RefreshAsync()
    {
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _log.Add);
        OriginReader reader = new(transport, new RetryPolicy(), TimeProvider.System);
        await Cache.RefreshAsync(reader, UpstreamMirror.At(_folder.At("mirror")), _log.Add, default);
    }

    private void WriteGo(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(GoPath))!);
        File.Delete(_folder.At(GoPath));
        using ZipArchive zip = ZipFile.Open(_folder.At(GoPath), ZipArchiveMode.Create);
        using StreamWriter entry = new(zip.CreateEntry(name).Open(), Encoding.UTF8);
        entry.Write(
            """{ "id": "GO-2026-1", "modified": "2026-01-01T00:00:00Z", "affected": [{ "package": { "name": "stdlib", "ecosystem": "Go" } }] }"""
        );
    }
}
