using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning.Tests;

/// <summary>What vanishes and what is new between two states of an image.</summary>
public sealed class FindingChangesTests
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");
    private static readonly Platform Arm64 = Platform.Parse("linux/arm64");

    [Fact]
    public void What_is_open_in_one_alone_vanishes_or_is_new_and_a_newer_version_with_the_same_flaw_stays()
    {
        FindingChanges changes = FindingChanges.Between(
            Of(Open("CVE-1"), Open("CVE-2") with { Version = "1" }),
            Of(Open("CVE-2") with { Version = "2" }, Open("CVE-3"), Open("CVE-2") with { Package = "other" })
        );
        Assert.Equal(["CVE-1 bash"], Told(changes.Gone));
        Assert.Equal(["CVE-3 bash", "CVE-2 other"], Told(changes.New));
        Assert.Equal(1, changes.Left);
    }

    [Fact]
    public void What_does_not_matter_is_neither_and_what_is_judged_so_now_vanishes()
    {
        VexVerdict judged = new() { Status = VexStatus.NotAffected, Timestamp = DateTimeOffset.UnixEpoch };
        FindingChanges changes = FindingChanges.Between(
            Of(Open("CVE-1"), Open("CVE-2") with { Status = AdvisoryStatus.Unimportant }),
            Of(Open("CVE-1") with { Judgement = judged }, Open("CVE-3") with { Status = AdvisoryStatus.Undetermined })
        );
        Assert.Equal(["CVE-1 bash"], Told(changes.Gone));
        Assert.Empty(changes.New);
        Assert.Equal(0, changes.Left);
    }

    [Fact]
    public void One_that_is_several_by_its_places_counts_once_and_stays_while_one_platform_has_it()
    {
        Finding one = Open("CVE-1") with { Places = [new FindingPlace(Amd64, null, null)] };
        Finding other = Open("CVE-1") with { Places = [new FindingPlace(Arm64, null, null)] };
        FindingChanges changes = FindingChanges.Between(Of(one, other), Of(other));
        Assert.Empty(changes.Gone);
        Assert.Empty(changes.New);
        Assert.Equal(1, changes.Left);
    }

    private static string[] Told(ImmutableArray<Finding> findings) => [.. findings.Select(finding => $"{finding.Id} {finding.Package}")];

    private static ImageFindings Of(params ImmutableArray<Finding> findings) => new(new SoftwareInventory("a", "test", []), findings);

    private static Finding Open(string id) =>
        new()
        {
            Id = id,
            Ecosystem = PackageEcosystem.Debian,
            Package = "bash",
            Version = "1",
            Places = [new FindingPlace(Amd64, null, null)],
            Status = AdvisoryStatus.Affected,
        };
}
