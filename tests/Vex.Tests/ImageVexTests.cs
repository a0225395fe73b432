using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Vex.Tests;

/// <summary>Which judgements hold of an image, and what they say of what a scan finds.</summary>
public sealed class ImageVexTests : IDisposable
{
    private const string Rule =
        "{ id: CVE-2026-1, package: util-linux, paths: [/usr/bin/su, '/usr/lib/{multiarch}/pam/**'], justification: component_not_present, reason: r, date: 2026-01-02 }";

    private readonly AssemblyFixture _shop = new()
    {
        More = "exclude: [{ paths: [/usr/bin/su, '/usr/lib/{multiarch}/**'], except: ['/usr/lib/{multiarch}/keep/**'], reason: r }]",
    };

    public void Dispose() => _shop.Dispose();

    [Theory]
    [InlineData("mount", true)]
    [InlineData("util-linux", true)]
    [InlineData("pkg:deb/debian/mount@2.41-5?arch=amd64&distro=debian-13", true)]
    [InlineData("pkg:deb/debian/mount", true)]
    [InlineData("pkg:deb/debian/mount@2.40-1?arch=amd64", false)]
    [InlineData("pkg:deb/debian/mount@2.41-5?arch=arm64", false)]
    [InlineData("pkg:deb/debian/bash@5.2?arch=amd64", false)]
    [InlineData("pkg:rpm/debian/mount@2.41-5", false)]
    [InlineData("bash", false)]
    public void A_judgement_of_a_source_package_is_found_for_its_binaries(string package, bool isFound)
    {
        ImageVex vex = Of($"rules: [{Rule}]");
        VexVerdict? verdict = vex.For(Platform.LinuxAmd64, ["GHSA-other", "cve-2026-1"], package);
        Assert.Equal(isFound ? (VexStatus.NotAffected, VexJustification.ComponentNotPresent, "r") : null, Told(verdict));
        Assert.Null(vex.For(Platform.LinuxAmd64, ["CVE-2026-2"], package));
    }

    [Fact]
    public void A_rule_falls_away_on_the_platform_where_a_path_comes_back_and_holds_on_the_other()
    {
        ImageVex vex = Of($"rules: [{Rule}]", arm64: ["usr/bin/mount", "usr/lib/aarch64-linux-gnu/pam/pam_x.so"]);
        Assert.NotNull(vex.For(Platform.LinuxAmd64, ["CVE-2026-1"], "mount"));
        Assert.Null(vex.For(Platform.LinuxArm64, ["CVE-2026-1"], "mount"));
        FallenRule fallen = Assert.Single(vex.Fallen);
        Assert.Equal((Platform.LinuxArm64, "usr/lib/aarch64-linux-gnu/pam/pam_x.so"), (fallen.Platform, fallen.Path));
        VexStatement statement = Assert.Single(vex.Statements(Image));
        Assert.Equal(["arch=amd64"], statement.Products.Select(product => product.Id.Split('?')[1].Split('&')[0]));

        Assert.Equal(
            [null, "arm64", "amd64"],
            Of($"rules: [{Rule}]").Statements(Image)[0].Products.Select(product => VexComponent.TryParse(product.Id)!.Architecture)
        );
    }

    [Fact]
    public void A_rule_proves_nothing_where_paths_are_not_known()
    {
        ImageVex vex = ImageVex.Of(
            Read($"rules: [{Rule}]"),
            _shop.Definition(),
            [new VexPlatform(Platform.LinuxAmd64, Components("amd64"), Paths: null)],
            hasStandIns: false
        );
        Assert.Null(vex.For(Platform.LinuxAmd64, ["CVE-2026-1"], "mount"));
        Assert.Empty(vex.Fallen);
    }

    [Theory]
    [InlineData("package: util-linux", "package: sudo", "1:15: CVE-2026-1: the image has no package sudo")]
    [InlineData("package: util-linux", "package: 'pkg:golang/example.org/x'", "the image has no package pkg:golang/example.org/x")]
    [InlineData("package: util-linux", "package: 'pkg:deb/debian/mount@1.0'", "the image has no package pkg:deb/debian/mount@1.0")]
    [InlineData(
        "/usr/bin/su,",
        "/usr/bin/sudo,",
        "1:56: pattern /usr/bin/sudo of CVE-2026-1 matches nothing that 'exclude' in image.yaml leaves out"
    )]
    [InlineData("/usr/bin/su,", "/usr/bin/su?,", "pattern /usr/bin/su? of CVE-2026-1 matches nothing")]
    [InlineData("pam/**", "keep/x", "pattern /usr/lib/{multiarch}/keep/x of CVE-2026-1 matches nothing")]
    public void What_matches_nothing_is_an_error_with_its_place(string what, string with, string complaint) =>
        Assert.Contains(
            complaint,
            Assert.Throws<DefinitionException>(() => Of($"rules: [{Rule.Replace(what, with, StringComparison.Ordinal)}]")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void All_that_match_nothing_are_told_at_once()
    {
        string message = Assert
            .Throws<DefinitionException>(() =>
                Of(
                    $"rules: [{Rule.Replace("util-linux", "sudo", StringComparison.Ordinal)}, {Rule.Replace("-1", "-2", StringComparison.Ordinal).Replace("bin/su", "bin/sx", StringComparison.Ordinal)}]"
                )
            )
            .Message;
        Assert.StartsWith(
            "tiny: 2 entries of vex.yaml match nothing; correct or remove them:\nimages/tiny/vex.yaml:1:",
            message,
            StringComparison.Ordinal
        );
        Assert.Equal(3, message.Split('\n').Length);
    }

    [Fact]
    public void In_a_rehearsal_programs_whose_stand_ins_are_other_programs_may_be_missing()
    {
        const string Judged = "statements: [{ id: GO-2026-1, package: 'pkg:golang/stdlib', status: fixed, reason: r, date: 2026-01-02 }]";
        Assert.Throws<DefinitionException>(() => Of(Judged));
        Assert.Empty(Of(Judged, hasStandIns: true).Statements(Image));
        Assert.Throws<DefinitionException>(() =>
            Of($"rules: [{Rule.Replace("util-linux", "sudo", StringComparison.Ordinal)}]", hasStandIns: true)
        );
    }

    [Fact]
    public void Of_several_judgements_the_one_to_be_most_careful_about_counts()
    {
        const string Affected = "{ id: CVE-2026-1, package: mount, status: affected, action: a, reason: worse, date: 2025-01-02 }";
        Assert.Equal(
            (VexStatus.Affected, null, "worse"),
            Told(Of($"statements: [{Affected}]\nrules: [{Rule}]").For(Platform.LinuxArm64, ["CVE-2026-1"], "mount"))
        );
    }

    [Fact]
    public void A_judgement_whose_flaw_is_not_found_any_more_is_told_and_a_fallen_rule_is_not()
    {
        ImageVex vex = Of($"rules: [{Rule}, {Rule.Replace("-1", "-2", StringComparison.Ordinal)}]");
        Assert.Equal(
            ["images/tiny/vex.yaml:1:205: CVE-2026-2 is not found in util-linux any more"],
            vex.Stale([(["CVE-2026-1"], "mount"), (["CVE-2026-2"], "bash")])
                .Select(line => System.Text.RegularExpressions.Regex.Replace(line, "1:[0-9]+", "1:205"))
        );
        Assert.Empty(Of($"rules: [{Rule}]", ["usr/bin/su"], ["usr/bin/su"]).Stale([]));
    }

    [Theory]
    [InlineData("debian/pool/main/u/util-linux/mount_2.41-5_amd64.deb", "util-linux")]
    [InlineData("https://snapshot.example.org/archive/debian/20261130T000000Z/pool/main/libc/libcap2/libcap2_1_amd64.deb", "libcap2")]
    [InlineData("debian/pool/mount_2.41-5_amd64.deb", null)]
    [InlineData("https://example.org/mount", null)]
    public void The_source_package_is_where_the_archive_has_it(string location, string? source) =>
        Assert.Equal(source, VexPlatform.SourceOf(location));

    [Theory]
    [InlineData("pkg:golang/Example.org/X@v1.0.0#sub", "golang", "example.org/x", "v1.0.0")]
    [InlineData("pkg:deb/debian/libstdc%2B%2B6@14-1%2Bb1?arch=amd64", "deb", "debian/libstdc++6", "14-1+b1")]
    [InlineData("pkg://npm/%40scope/name", "npm", "@scope/name", null)]
    [InlineData("pkg:deb", null, null, null)]
    [InlineData("pkg:/", null, null, null)]
    [InlineData("pkg:deb/ x", null, null, null)]
    [InlineData("pkg:deb/\u001b[2J", null, null, null)]
    [InlineData("http://example.org", null, null, null)]
    public void A_package_URL_is_taken_apart(string purl, string? type, string? path, string? version)
    {
        VexComponent? component = VexComponent.TryParse(purl);
        Assert.Equal((type, path, version), (component?.Type, component?.Path, component?.Version));
    }

    private static VexImage Image { get; } =
        new(
            Reference.Parse("quay.io/test/tiny"),
            Digest.Of("index"u8),
            [(Platform.LinuxArm64, Digest.Of("arm64"u8)), (Platform.LinuxAmd64, Digest.Of("amd64"u8))]
        );

    private static (VexStatus, VexJustification?, string?)? Told(VexVerdict? verdict) =>
        verdict is null ? null : (verdict.Status, verdict.Justification, verdict.Reason);

    private ImmutableArray<VexEntry> Read(string text)
    {
        File.WriteAllText(Path.Combine(_shop.Folder, VexFile.Name), text);
        return VexFile.Read(_shop.Definition())!.Value;
    }

    private ImageVex Of(string text, string[]? amd64 = null, string[]? arm64 = null, bool hasStandIns = false) =>
        ImageVex.Of(
            Read(text),
            _shop.Definition(),
            [
                new VexPlatform(Platform.LinuxArm64, Components("arm64"), [.. arm64 ?? ["usr/bin/mount"]]),
                new VexPlatform(Platform.LinuxAmd64, Components("amd64"), [.. amd64 ?? ["usr/bin/mount"]]),
            ],
            hasStandIns
        );

    private static ImmutableArray<VexComponent> Components(string architecture) =>
        [
            VexComponent.TryParse(PackageUrl.OfDebian("mount", "2.41-5", architecture, "trixie"))! with
            {
                Source = "util-linux",
            },
            VexComponent.TryParse(PackageUrl.OfDebian("bash", "5.2", architecture, "trixie"))! with
            {
                Source = "bash",
            },
        ];
}
