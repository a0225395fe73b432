using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Vex;

namespace Slipway.Scanning.Tests;

/// <summary>The committed locks against a small excerpt of advisories: exactly what a person finds with the tracker's pages.</summary>
public sealed class LockedScanTests : IDisposable
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    private readonly ScratchFolder _folder = new();

    public static string Tracker => SourceTree.At("tests", "Scanning.Tests", "Advisories", "tracker.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_kubelet_lock_has_what_the_tracker_says_of_the_sources_of_its_packages() =>
        Assert.Equal(
            [
                "High CVE-2099-0001 libssl3t64 Affected 3.5.7-1~deb13u4 fixable",
                "High CVE-2099-0001 openssl Affected 3.5.7-1~deb13u4 fixable",
                "Medium CVE-2099-0005 jq Postponed -",
                "Medium CVE-2099-0005 libjq1 Postponed -",
                "Low CVE-2099-0006 tar Ignored -",
                "Unknown CVE-2099-0004 libgssapi-krb5-2 NoDsa -",
                "Unknown CVE-2099-0004 libk5crypto3 NoDsa -",
                "Unknown CVE-2099-0004 libkrb5-3 NoDsa -",
                "Unknown CVE-2099-0004 libkrb5support0 NoDsa -",
                "Unknown CVE-2099-0008 libtinfo6 EndOfLife -",
                "Negligible CVE-2022-0563 libblkid1 Unimportant -",
                "Negligible CVE-2010-4756 libc-bin Unimportant -",
                "Negligible CVE-2010-4756 libc6 Unimportant -",
                "Negligible CVE-2022-0563 libmount1 Unimportant -",
                "Negligible CVE-2022-0563 libsmartcols1 Unimportant -",
                "Negligible CVE-2022-0563 libuuid1 Unimportant -",
                "Negligible CVE-2022-0563 mount Unimportant -",
                "Negligible CVE-2022-0563 util-linux Unimportant -",
                "Unknown CVE-2099-0007 socat Undetermined -",
            ],
            (await ScanAsync("kubelet")).Select(Told)
        );

    [Fact]
    public async Task The_flannel_lock_has_what_its_one_package_has_whose_rebuild_is_no_version_of_the_source()
    {
        Finding finding = Assert.Single(await ScanAsync("flannel-cni"));
        Assert.Equal("Medium CVE-2099-0010 busybox-static Affected 1:1.37.0-6.1 fixable", Told(finding));
        Assert.Equal(
            ("1:1.37.0-6+b9", "busybox", "1:1.37.0-6"),
            (finding.Version, finding.Source!.Name, finding.Source.Version.ToString())
        );
        Assert.Equal(2, finding.Places.Length);
    }

    [Fact]
    public async Task Nothing_is_found_by_the_tracker_of_another_release()
    {
        SoftwareInventory inventory = await InventoryAsync("kubelet");
        Assert.Empty(VulnerabilityScan.Run(inventory, Read(VulnerabilityScan.ScopeOf([inventory], "forky", "14"))));
    }

    [Fact]
    public async Task A_lock_says_that_it_does_not_know_the_modules_of_its_programs_and_the_versions_of_sources()
    {
        SoftwareInventory inventory = await InventoryAsync("kubelet");
        Assert.Contains(inventory.Gaps, gap => gap.Contains("Go modules of kubelet, kubectl are not known", StringComparison.Ordinal));
        Assert.Contains(inventory.Gaps, gap =>
            gap.Contains("of 85 packages nothing tells the version of their source", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task What_is_judged_not_to_matter_is_no_longer_open_and_still_listed_with_its_judgement()
    {
        VexVerdict verdict = new()
        {
            Status = VexStatus.NotAffected,
            Justification = VexJustification.ComponentNotPresent,
            Timestamp = DateTimeOffset.UnixEpoch,
        };
        SoftwareInventory inventory = await InventoryAsync("kubelet");
        ImageFindings found = new(inventory, await ScanAsync("kubelet"));
        ImageFindings judged = found.JudgedBy(
            (platform, ids, package) =>
                ids.Contains("CVE-2099-0001")
                && package.StartsWith("pkg:deb/debian/openssl@", StringComparison.Ordinal)
                && platform == Amd64
                    ? verdict
                    : null
        );

        // On the other platform nobody judged it: the finding is two now.
        Assert.Equal(found.Findings.Length + 1, judged.Findings.Length);
        Finding closed = Assert.Single(judged.Findings, finding => finding.Judgement == verdict);
        Assert.False(closed.IsOpen);
        Assert.Equal([Amd64], closed.Places.Select(place => place.Platform));
        Finding open = Assert.Single(judged.Findings, finding => finding is { Package: "openssl", Id: "CVE-2099-0001", Judgement: null });
        Assert.True(open.IsOpen);
        Assert.DoesNotContain(Amd64, open.Places.Select(place => place.Platform));
        Assert.True(judged.Findings.IndexOf(closed) > judged.Findings.IndexOf(judged.Findings.Last(finding => finding.IsOpen)));
        Assert.True((closed with { Judgement = verdict with { Status = VexStatus.Affected } }).IsOpen);
        Assert.True((closed with { Judgement = verdict with { Status = VexStatus.UnderInvestigation } }).IsOpen);
        Assert.False((closed with { Judgement = verdict with { Status = VexStatus.Fixed } }).IsOpen);
    }

    internal static AdvisoryList Read(AdvisoryScope scope) => AdvisoryFile.Read(Tracker, scope, TestContext.Current.CancellationToken);

    private static string Told(Finding finding) =>
        $"{finding.Severity.Level} {finding.Id} {finding.Package} {finding.Status} {finding.FixedVersion ?? "-"}"
        + (finding.IsFixable ? " fixable" : "");

    private async Task<ImmutableArray<Finding>> ScanAsync(string image)
    {
        SoftwareInventory inventory = await InventoryAsync(image);
        return VulnerabilityScan.Run(inventory, Read(VulnerabilityScan.ScopeOf([inventory], inventory.Codename, "13")));
    }

    private async Task<SoftwareInventory> InventoryAsync(string image)
    {
        ImageLock locked = await ImageLockFile.ReadAsync(SourceTree.At("images", image), TestContext.Current.CancellationToken);
        return await new LockedPackages(new ContentCache(_folder.Folder("cache"), TimeProvider.System), _folder.At("spool")).ReadAsync(
            locked,
            [Amd64, Platform.Parse("linux/arm64")],
            TestContext.Current.CancellationToken
        );
    }
}
