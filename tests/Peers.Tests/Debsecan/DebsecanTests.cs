using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Scanning;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>debsecan and Scan find the same in the same packages by the same data.</summary>
public sealed class DebsecanTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("kubelet")]
    [InlineData("flannel-cni")]
    public async Task The_committed_lock_has_the_same_CVEs_by_the_excerpt(string image) =>
        await CompareAsync(image, await File.ReadAllTextAsync(SourceTree.At("tests", "Scanning.Tests", "Advisories", "tracker.json")));

    /// <summary>Of each source a version below, at and above its own, and one that looks older or newer than it is.</summary>
    [Fact]
    public async Task The_kubelet_lock_has_the_same_CVEs_by_versions_around_its_own()
    {
        SoftwareInventory inventory = await InventoryAsync("kubelet");
        int number = 0;
        var tracker = inventory
            .Packages.Select(package => package.Source!)
            .DistinctBy(source => source.Name)
            .ToDictionary(
                source => source.Name,
                source =>
                    ((string[])["", "~", "+deb13u9", "+b1", ".1", "a"])
                        .Select(end => source.Version + end)
                        .Append("0:0.1")
                        .Append("99:0")
                        .ToDictionary(
                            _ => $"CVE-2099-{++number:00000}",
                            version => new
                            {
                                releases = new
                                {
                                    trixie = new
                                    {
                                        status = "resolved",
                                        fixed_version = version,
                                        urgency = "low",
                                    },
                                },
                            }
                        )
            );
        Assert.True(await CompareAsync("kubelet", JsonSerializer.Serialize(tracker)) > 300);
    }

    /// <summary>Returns how many pairs of CVE and package both found.</summary>
    private async Task<int> CompareAsync(string image, string tracker)
    {
        PeerProgram debsecan = await PeerPrograms.RequireAsync(Peer.Debsecan);
        SoftwareInventory inventory = await InventoryAsync(image);
        string status = _folder.Write(
            "status",
            string.Concat(
                inventory.Packages.Select(package =>
                    $"Package: {package.Name}\nStatus: install ok installed\nVersion: {package.Version}\n"
                    + $"Source: {package.Source!.Name} ({package.Source.Version})\n\n"
                )
            )
        );
        await using (FileStream file = File.Create(_folder.At("trixie")))
        await using (ZLibStream zlib = new(file, CompressionLevel.Fastest))
            await zlib.WriteAsync(Encoding.UTF8.GetBytes(ForDebsecan(tracker)), TestContext.Current.CancellationToken);

        ChildResult found = (
            await debsecan.RunAsync(
                "--suite",
                "trixie",
                "--source",
                new Uri(_folder.Path).AbsoluteUri,
                "--status",
                status,
                "--format",
                "simple"
            )
        ).Require();
        AdvisoryScope scope = VulnerabilityScan.ScopeOf([inventory], "trixie", "13");
        string path = _folder.Write("tracker.json", tracker);
        ImmutableArray<Finding> ours = VulnerabilityScan.Run(
            inventory,
            AdvisoryFile.Read(path, scope, TestContext.Current.CancellationToken)
        );
        string[] theirs =
        [
            .. found
                .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2])),
        ];
        Assert.NotEmpty(theirs);
        Assert.Equal(
            theirs.Order(StringComparer.Ordinal),
            ours.Select(finding => $"{finding.Id} {finding.Package}").Order(StringComparer.Ordinal)
        );
        return theirs.Length;
    }

    /// <summary>
    /// The form that the tracker makes of its data for debsecan: names, then for each source and name its urgency and the version that
    /// fixes it. What is unimportant or undetermined is told apart by neither this form nor debsecan.
    /// </summary>
    private static string ForDebsecan(string tracker)
    {
        StringBuilder names = new("VERSION 1\n"),
            rows = new();
        int count = 0;
        using JsonDocument document = JsonDocument.Parse(tracker);
        foreach (JsonProperty source in document.RootElement.EnumerateObject())
        foreach (JsonProperty issue in source.Value.EnumerateObject())
        {
            if (!issue.Value.GetProperty("releases").TryGetProperty("trixie", out JsonElement release))
                continue;
            string version = release.TryGetProperty("fixed_version", out JsonElement fix) ? fix.GetString()! : "";
            if (version == "0")
                continue;
            names.Append(issue.Name).Append(",,made for a test\n");
            rows.Append(source.Name).Append(',').Append(count++).Append(",S ? ,").Append(version).Append(",\n");
        }

        return $"{names}\n{rows}\n\n";
    }

    private async Task<SoftwareInventory> InventoryAsync(string image)
    {
        ImageLock locked = await ImageLockFile.ReadAsync(SourceTree.At("images", image), TestContext.Current.CancellationToken);
        return await new LockedPackages(new ContentCache(_folder.Folder("cache"), TimeProvider.System), _folder.At("spool")).ReadAsync(
            locked,
            [Platform.Parse("linux/amd64")],
            TestContext.Current.CancellationToken
        );
    }
}
