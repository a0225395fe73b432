using System.Globalization;
using System.IO.Compression;
using System.Text;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Scan of a lock by as much as Debian's tracker and Go's database have together, beside debsecan by the same data.</summary>
public sealed class ScanMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const long Most = 200_000_000;
    private const int Issues = 100_000,
        GoRecords = 10_000;

    private static readonly string[] Releases = ["bullseye", "bookworm", "trixie", "forky", "sid"];

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Seventy_megabytes_of_the_tracker_and_ten_thousand_records_of_Go_are_read_in_little_memory()
    {
        PeerProgram debsecan = await PeerPrograms.RequireAsync(Peer.Debsecan);
        ImageLock locked = await ImageLockFile.ReadAsync(SourceTree.At("images", "kubelet"), TestContext.Current.CancellationToken);
        string[] installed = [.. locked.Packages.Select(package => package.Name)];
        (string tracker, string go) = (_folder.At("tracker.json"), _folder.At("go.zip"));
        await WriteTrackerAsync(tracker, installed);
        WriteGo(go);
        Assert.InRange(new FileInfo(tracker).Length, 65_000_000, 80_000_000);

        ChildResult scanned = (
            await (new SlipwayCommand(SourceTree.Root) with { Cache = _folder.At("cache"), MeasuresMemory = true }).RunAsync(
                "Scan",
                "--images",
                "kubelet",
                "--json",
                "--artifacts-directory",
                _folder.At("artifacts"),
                "--advisories",
                tracker,
                go
            )
        ).Require();
        ChildResult theirs = (
            await debsecan.RunAsync(
                "--suite",
                "trixie",
                "--source",
                new Uri(_folder.Path).AbsoluteUri,
                "--status",
                _folder.Write(
                    "status",
                    string.Concat(installed.Select(name => $"Package: {name}\nStatus: install ok installed\nVersion: 0.1\n\n"))
                ),
                "--format",
                "simple"
            )
        ).Require();
        output.WriteLine(
            $"Scan: {scanned.Duration.TotalSeconds:0.0} s, {scanned.PeakResident / 1e6:0} MB; debsecan: {theirs.Duration.TotalSeconds:0.0} s"
        );

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{GoRecords} records"), scanned.Error, StringComparison.Ordinal);
        Assert.Contains("CVE-2099-0000000", scanned.Output, StringComparison.Ordinal);
        Assert.Contains("CVE-2099-0000000", theirs.Output, StringComparison.Ordinal);
        Assert.InRange(scanned.PeakResident, 1, Most);
    }

    /// <summary>The tracker's form, and beside it the one that it makes for debsecan.</summary>
    private async Task WriteTrackerAsync(string path, string[] installed)
    {
        StringBuilder names = new("VERSION 1\n"),
            rows = new();
        await using (StreamWriter writer = new(path))
        {
            await writer.WriteAsync("{");
            for (int at = 0; at < Issues; )
            {
                int source = at / 20;
                string name = source < installed.Length ? installed[source] : $"source{source}";
                await writer.WriteAsync($"{(at == 0 ? "" : ",")}\n\"{name}\": {{");
                for (int end = at + 20; at < end; at++)
                {
                    string id = string.Create(CultureInfo.InvariantCulture, $"CVE-2099-{at:0000000}");
                    await writer.WriteAsync($"{(at % 20 == 0 ? "" : ",")}\"{id}\": {Issue}");
                    names.Append(id).Append(",,made for a test\n");
                    rows.Append(CultureInfo.InvariantCulture, $"{name},{at},S ? ,,\n");
                }

                await writer.WriteAsync("}");
            }

            await writer.WriteAsync("}");
        }

        await using FileStream file = File.Create(_folder.At("trixie"));
        await using ZLibStream zlib = new(file, CompressionLevel.Fastest);
        await zlib.WriteAsync(Encoding.UTF8.GetBytes($"{names}\n{rows}\n\n"), TestContext.Current.CancellationToken);
    }

    private static string Issue { get; } =
        $"{{\"description\": \"{new string('d', 250)}\", \"scope\": \"local\", \"releases\": {{"
        + string.Join(
            ", ",
            Releases.Select(release =>
                $"\"{release}\": {{\"status\": \"open\", \"repositories\": {{\"{release}\": \"1.0\"}}, \"urgency\": \"low\"}}"
            )
        )
        + "}}";

    private static void WriteGo(string path)
    {
        using ZipArchive zip = ZipFile.Open(path, ZipArchiveMode.Create);
        for (int at = 0; at < GoRecords; at++)
        {
            using StreamWriter entry = new(zip.CreateEntry($"ID/GO-2099-{at}.json", CompressionLevel.Fastest).Open());
            entry.Write(
                $$"""
                {"id": "GO-2099-{{at}}", "modified": "2026-01-01T00:00:00Z", "details": "{{new string(
                    'd',
                    2000
                )}}", "affected": [{"package":
                {"name": "example.org/module{{at
                    % 500}}", "ecosystem": "Go"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}]}]}
                """
            );
        }
    }
}
