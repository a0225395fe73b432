using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Scanning.Tests;

/// <summary>Modules of programs by the ranges of Go's database.</summary>
public sealed class GoScanTests
{
    private static readonly Platform Amd64 = Platform.Parse("linux/amd64");

    [Theory]
    [InlineData("golang.org/x/net", "v0.22.0", "GO-2024-2687", "0.23.0")]
    [InlineData("golang.org/x/net", "v0.23.0-rc1", "GO-2024-2687", "0.23.0")]
    [InlineData("golang.org/x/net", "v0.0.0-20180101000000-abcdefabcdef", "GO-2024-2687", "0.23.0")]
    [InlineData("golang.org/x/net", "v0.23.0", null, null)]
    [InlineData("golang.org/x/net", "v0.30.0+incompatible", null, null)]
    [InlineData("golang.org/x/text", "v0.3.6", "GO-2021-0113", "0.3.7")]
    [InlineData("golang.org/x/text", "v0.3.7", null, null)]
    [InlineData("golang.org/x/NET", "v0.22.0", null, null)]
    [InlineData("stdlib", "go1.21.8", "GO-2024-2687", "1.21.9")]
    [InlineData("stdlib", "go1.21.9", null, null)]
    [InlineData("stdlib", "go1.22rc1", "GO-2024-2687", "1.22.2")]
    [InlineData("stdlib", "go1.22", "GO-2024-2687", "1.22.2")]
    [InlineData("stdlib", "go1.22.1 X:boringcrypto", "GO-2024-2687", "1.22.2")]
    [InlineData("stdlib", "go1.22.2", null, null)]
    public void A_module_is_affected_between_where_it_comes_and_where_it_goes(string module, string version, string? id, string? fixedIn)
    {
        Finding[] found = [.. Scan(module, version)];
        Assert.Equal(
            id is null ? [] : [(id, AdvisoryStatus.Affected, fixedIn)],
            found.Select(one => (one.Id, one.Status, one.FixedVersion))
        );
        // Upstream builds its programs: no lock of ours brings the fix.
        Assert.DoesNotContain(found, one => one.IsFixable);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("(devel)")]
    [InlineData("v1.2.3.4")]
    public void A_module_of_an_unknown_version_is_told_as_undetermined_and_not_taken_for_safe(string? version)
    {
        Finding finding = Assert.Single(Scan("golang.org/x/net", version));
        Assert.Equal((AdvisoryStatus.Undetermined, null), (finding.Status, finding.FixedVersion));
        Assert.NotEmpty(finding.Reason);
    }

    [Fact]
    public void A_finding_names_the_packages_and_symbols_that_have_it_and_its_other_names()
    {
        Finding finding = Assert.Single(Scan("golang.org/x/net", "v0.22.0"));
        GoImport import = Assert.Single(finding.Imports);
        Assert.Equal(("golang.org/x/net/http2", "Framer.ReadFrame"), (import.Path, Assert.Single(import.Symbols)));
        Assert.Equal(["CVE-2023-45288", "GHSA-4v7x-pqxf-cx7m"], finding.Aliases);
        Assert.Equal("/usr/bin/a", Assert.Single(finding.Places).Program);
    }

    private static ImmutableArray<Finding> Scan(string module, string? version)
    {
        SoftwareInventory inventory = new(
            "a",
            "test",
            [
                new InstalledPackage
                {
                    Ecosystem = PackageEcosystem.Go,
                    Name = module,
                    Version = version,
                    Platform = Amd64,
                    Program = "/usr/bin/a",
                },
            ]
        );
        AdvisoryScope scope = VulnerabilityScan.ScopeOf([inventory], null, null);
        string path = SourceTree.At("tests", "Scanning.Tests", "Advisories", "go.json");
        return VulnerabilityScan.Run(inventory, AdvisoryFile.Read(path, scope, TestContext.Current.CancellationToken));
    }
}
