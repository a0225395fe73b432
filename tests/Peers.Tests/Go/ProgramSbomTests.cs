using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>An SBOM with Go's modules and Rust's packages, held against the SPDX project's own reader.</summary>
public sealed class ProgramSbomTests
{
    [Fact]
    public async Task A_second_reader_finds_nothing_wrong_and_lists_the_same_modules_and_relationships()
    {
        PeerProgram reader = await PeerPrograms.RequireAsync(Peer.SpdxTools);
        using AssemblyFixture shop = DescribedImage.CreateWithPrograms();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        SpdxDocument document = (await shop.DescribeAsync()).Platforms.Single().Document;
        string file = Path.Combine(shop.Root, "sbom.spdx.json"),
            written = Path.Combine(shop.Root, "sbom.spdx");
        await File.WriteAllBytesAsync(file, document.ToBytes(), TestContext.Current.CancellationToken);

        (await reader.RunAsync("-i", file, "-o", written)).Require();

        string[] lines = await File.ReadAllLinesAsync(written, TestContext.Current.CancellationToken);
        Assert.NotEmpty(document.Programs);
        Assert.All(document.Programs, built => Assert.Contains($"Relationship: {built.Program} {built.Type} {built.Package}", lines));
        SpdxPackage[] modules = [.. document.Packages.Where(package => document.Programs.Any(built => built.Package == package.Id))];
        Assert.All(modules, module => Assert.Contains($"PackageName: {module.Name}", lines));
        Assert.All(modules, module => Assert.Contains($"PackageSourceInfo: {module.SourceInfo}", lines));
        Assert.All(modules.Where(module => module.Purl is not null), module =>
            Assert.Contains($"ExternalRef: PACKAGE-MANAGER purl {module.Purl}", lines)
        );
        Assert.Contains("ExternalRef: OTHER go-sum h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", lines);
    }
}
