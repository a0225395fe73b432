using System.Text.Json;
using Slipway.Advisories;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Testing;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>
/// The steps of the target Update on an image of a scratch archive and an upstream mirror: what is written, and that nothing is when it is
/// refused.
/// </summary>
public sealed class UpdateRunTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_patch_and_a_security_update_are_written_in_place_and_reported()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1", minor: "v1.1.0");
        scene.PublishPackages(
            new TinyDeb("hello").File("usr/share/hello", "1"),
            new TinyDeb("hello", "1.0-1+deb13u1").File("usr/share/hello", "fixed"),
            days: 1
        );
        string yaml = scene.Yaml;
        Digest old = scene.Lock.Upstream[0].Files["arm64"].Digest;
        IReadOnlyDictionary<string, string> before = scene.Snapshot();

        StagedUpdate update = (await scene.StageAsync())!;
        Assert.Equal(before, scene.Snapshot());
        await update.PutAsync(Stop);

        ImageDefinition now = ImageDefinitionFile.Read(scene.Folder);
        LockValidator.Require(now, scene.Lock);
        Assert.Equal(("v1.0.1", "v1.0.1"), (now.Version, scene.Lock.Version));
        Assert.Equal(
            yaml.Replace("version: v1.0.0 # moves", "version: v1.0.1 # moves", StringComparison.Ordinal)
                .Replace(old.ToString(), now.Upstream[0].Checksums["arm64"].ToString(), StringComparison.Ordinal)
                .Replace(ImageDefinitionsOf(yaml), now.Upstream[0].Checksums["amd64"].ToString(), StringComparison.Ordinal),
            scene.Yaml
        );
        Assert.Equal("1.0-1+deb13u1", scene.Lock.Packages.Single().Versions["amd64"]);
        UpdateReport report = update.Report;
        Assert.Equal("Update tools from v1.0.0 to v1.0.1", report.Title);
        Assert.Equal("tools/v1.0.1", report.NextTag);
        Assert.True(report.Packages.Single().IsSecurity);
        Assert.Equal("", report.NotCompared);
        Assert.Equal(
            ["/usr/local/share/tool", "/usr/share/hello"],
            report
                .Differences!.Value.Where(one => one.Kind == ImageDifference.File)
                .Select(one => one.Name)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
        Assert.All(report.Sizes, size => Assert.NotNull(size.Before));
        string markdown = UpdateMarkdown.Of(report);
        Assert.StartsWith("## Security fixes\n\n", markdown, StringComparison.Ordinal);
        Assert.Contains("| `hello` | `1.0-1` | `1.0-1+deb13u1` | `trixie-security` |", markdown, StringComparison.Ordinal);
        Assert.Contains("git tag `tools/v1.0.1`", markdown, StringComparison.Ordinal);
        Assert.Null(await scene.StageAsync());
    }

    [Fact]
    public async Task With_advisories_it_is_told_which_known_vulnerabilities_vanish_which_are_new_and_how_many_stay()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1", minor: "v1.1.0");
        scene.PublishPackages(
            new TinyDeb("hello").File("usr/share/hello", "1"),
            new TinyDeb("hello", "1.0-1+deb13u1").File("usr/share/hello", "fixed"),
            days: 1
        );
        string tracker = scene.Repository.Beside("tracker.json");
        await File.WriteAllTextAsync(
            tracker,
            """
            { "hello": {
              "CVE-2026-1": { "releases": { "trixie": { "status": "resolved", "fixed_version": "1.0-1+deb13u1", "urgency": "high" } } },
              "CVE-2026-2": { "releases": { "trixie": { "status": "open", "urgency": "low" } } },
              "CVE-2026-3": { "releases": { "trixie": { "status": "open", "urgency": "unimportant" } } } } }
            """,
            Stop
        );
        UpdateRequest wanted = UpdateScene.Patch with { Advisories = scope => AdvisoryFile.Read(tracker, scope, Stop) };

        UpdateReport report = (await scene.StageAsync(wanted))!.Report;

        Assert.Equal(["CVE-2026-1"], report.Findings!.Gone.Select(finding => finding.Id));
        Assert.Empty(report.Findings.New);
        Assert.Equal(1, report.Findings.Left);
        Assert.True(report.HasSecurityFixes);
        string markdown = UpdateMarkdown.Of(report);
        Assert.Contains("1 vanish, 0 are new, 1 stay", markdown, StringComparison.Ordinal);
        Assert.Contains("| vanishes | high | `CVE-2026-1` | `hello` | `1.0-1` | `1.0-1+deb13u1` |", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("CVE-2026-3", markdown, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(UpdateView.Json([new UpdatedImage("tools", report, null)]));
        OutputSchema.Require("update", json.RootElement);
        Assert.Equal("CVE-2026-1", json.RootElement[0].GetProperty("findings").GetProperty("gone")[0].GetProperty("id").GetString());

        // Broken advisories say so before anything is staged; a judgement that fits nothing keeps no update from being made.
        await Assert.ThrowsAsync<ContentException>(() =>
            scene.StageAsync(wanted with { Advisories = _ => throw new ContentException("broken") })
        );
        await File.WriteAllTextAsync(
            Path.Combine(scene.Folder, "vex.yaml"),
            "statements:\n  - { id: CVE-2026-1, package: absent, status: not_affected, justification: component_not_present, "
                + "reason: none, date: 2026-03-01 }\n",
            Stop
        );
        Assert.Null((await scene.StageAsync(wanted))!.Report.Findings);
        Assert.Contains("what is known to be vulnerable is not told", scene.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Newer_packages_alone_leave_the_definition_and_are_tagged_as_the_next_rebuild()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        string yaml = scene.Yaml;
        scene.PublishPackages(new TinyDeb("hello", "1.0-2").File("usr/share/hello", "2"), days: 1);
        StagedUpdate update = (await scene.StageAsync())!;
        await update.PutAsync(Stop);
        Assert.Equal(yaml, scene.Yaml);
        Assert.Equal(("tools/v1.0.0-r1", "Update tools v1.0.0 with 1 package"), (update.Report.NextTag, update.Report.Title));
        await scene.Repository.CommitAsync("packages", "tools/v1.0.0-r1", "tools/v1.0.0-r10");
        scene.PublishPackages(new TinyDeb("hello", "1.0-3").File("usr/share/hello", "3"), days: 2);
        Assert.Equal("tools/v1.0.0-r11", (await scene.StageAsync(UpdateScene.Patch with { PackagesOnly = true }))!.Report.NextTag);
    }

    [Fact]
    public async Task A_minor_version_is_taken_when_it_is_asked_for_and_a_version_that_is_named_whatever_the_channel_says()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Say("v1.0.0", minor: "v1.1.0");
        scene.Release("v1.1.0");
        scene.Release("v1.0.7");
        Assert.Null(await scene.StageAsync());
        Assert.Equal("v1.1.0", (await scene.StageAsync(UpdateScene.Patch with { Reach = VersionReach.Minor }))!.Report.Version);
        Assert.Equal("v1.0.7", (await scene.StageAsync(UpdateScene.Patch with { To = ReleaseVersion.Parse("v1.0.7") }))!.Report.Version);
        WorkflowException e = await Assert.ThrowsAsync<WorkflowException>(() =>
            scene.StageAsync(UpdateScene.Patch with { To = ReleaseVersion.Parse("v0.9.0") })
        );
        Assert.Equal(FailureKind.WrongUse, e.Kind);
    }

    [Fact]
    public async Task A_channel_that_went_back_is_told_and_not_followed()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        await (await scene.StageAsync())!.PutAsync(Stop);
        scene.Say("v1.0.0");
        Assert.Null(await scene.StageAsync());
        Assert.Contains("says v1.0.0, which is older than v1.0.1; it stays", scene.Log, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Refusals =>
        new()
        {
            { "no arm64 checksum", "tools arm64: tool v1.0.1: the release has no checksum for this file: " },
            { "wrong checksum", "tools arm64: tool v1.0.1: sha256 wanted " },
            { "no checksum file", "tool-amd64.sha256:1: wanted " },
            { "no arm64 file", "tool v1.0.1 could not be downloaded and checked; nothing was written" },
            { "no signature", "tools amd64: tool v1.0.1: " },
            { "hostile version file", "wanted one version as vX.Y.Z and nothing else" },
            { "no version file", "stable-1.0.txt: no such file" },
            { "forged suite", "suite trixie: " },
            { "rolled-back suite", "suite trixie: wanted a release no older than the lock's" },
            { "contract", "2 violations of its contract" },
        };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_is_wrong_is_refused_by_name_and_nothing_is_written(string wrong, string complaint)
    {
        string signer =
            wrong == "no signature" ? "    signature: { identity: release@example.org, issuer: https://accounts.example.org }" : "";
        using UpdateScene scene = await UpdateScene.CreateAsync(keys, signer);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        scene.PublishPackages(new TinyDeb("hello", "1.0-2").File("usr/share/hello", "2"), days: 1);
        Spoil(scene, wrong);
        IReadOnlyDictionary<string, string> before = scene.Snapshot();

        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => scene.StageAsync());

        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.Equal(
            wrong is "no arm64 file" ? FailureKind.TryAgain
                : wrong is "no version file" ? FailureKind.Unavailable
                : FailureKind.WrongData,
            FailureKinds.Of(e)
        );
        Assert.Equal(before, scene.Snapshot());
    }

    [Fact]
    public async Task A_missing_signature_passes_when_that_is_accepted_and_is_said_in_the_report()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(
            keys,
            "    signature: { identity: release@example.org, issuer: https://accounts.example.org }"
        );
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        StagedUpdate update = (await scene.StageAsync(UpdateScene.Patch with { AcceptUnsignedUnsafe = true }))!;
        Assert.Equal(SignatureState.AcceptedUnsigned, update.Report.Upstream.Single().Signature!.State);
        Assert.Contains("accepted-unsigned", UpdateMarkdown.Of(update.Report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upstream_out_of_reach_stops_an_update_but_not_one_of_packages_only()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.PublishPackages(new TinyDeb("hello", "1.0-2").File("usr/share/hello", "2"), days: 1);
        LockedUpstream before = scene.Lock.Upstream.Single();
        Directory.Delete(scene.Repository.Mirror.Path, recursive: true);
        Directory.CreateDirectory(scene.Repository.Mirror.Path);
        await Assert.ThrowsAsync<RemoteException>(() => scene.StageAsync());
        StagedUpdate update = (await scene.StageAsync(UpdateScene.Patch with { PackagesOnly = true }))!;
        await update.PutAsync(Stop);
        Assert.Equal("1.0-2", scene.Lock.Packages.Single().Versions["amd64"]);
        LockedUpstream now = scene.Lock.Upstream.Single();
        Assert.Equal((before.Confirmed, before.Files["arm64"]), (now.Confirmed, now.Files["arm64"]));
    }

    [Fact]
    public async Task What_a_kill_between_the_two_files_leaves_is_noticed_and_mended_by_the_next_run()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        StagedUpdate update = (await scene.StageAsync())!;
        await File.WriteAllBytesAsync(Path.Combine(scene.Folder, ImageDefinition.FileName), update.Yaml.After, Stop);
        Assert.Throws<DefinitionException>(() => LockValidator.Require(ImageDefinitionFile.Read(scene.Folder), scene.Lock));

        StagedUpdate again = (await scene.StageAsync())!;
        Assert.Equal("Update tools from v1.0.0 to v1.0.1", again.Report.Title);
        Assert.Contains("does not fit", again.Report.NotCompared, StringComparison.Ordinal);
        await again.PutAsync(Stop);
        LockValidator.Require(ImageDefinitionFile.Read(scene.Folder), scene.Lock);
        Assert.Equal(update.Lock.After, await File.ReadAllBytesAsync(Path.Combine(scene.Folder, ImageLock.FileName), Stop));
        Assert.Null(await scene.StageAsync());
    }

    [Theory]
    [InlineData("resolving packages")]
    [InlineData("signature")]
    [InlineData("assembling")]
    [InlineData("inspecting")]
    [InlineData("comparing")]
    public async Task A_run_that_is_stopped_has_written_nothing_wherever_it_was(string at)
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(
            keys,
            "    signature: { identity: release@example.org, issuer: https://accounts.example.org }"
        );
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        IReadOnlyDictionary<string, string> before = scene.Snapshot();
        using CancellationTokenSource stop = new();
        scene.Logged = line =>
        {
            if (line.Contains(at, StringComparison.Ordinal))
                stop.Cancel();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            scene.StageAsync(UpdateScene.Patch with { AcceptUnsignedUnsafe = true }, stop.Token)
        );
        Assert.Equal(before, scene.Snapshot());
        scene.Logged = _ => { };
        Assert.Equal("v1.0.1", (await scene.StageAsync(UpdateScene.Patch with { AcceptUnsignedUnsafe = true }))!.Report.Version);
    }

    [Fact]
    public async Task An_optional_file_that_was_left_out_is_not_updated_to_a_version_that_cannot_be_had()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Repository.Write(
            "images/tools/image.yaml",
            scene
                .Yaml.Replace("upstream: [tool]", "upstream: [tool, extra]", StringComparison.Ordinal)
                .Replace(
                    "\nupstream:\n",
                    """

                    upstream:
                      - name: extra
                        version: v2.0.0
                        releases: { kubernetes: https://dl.k8s.io/extra }
                        url: https://dl.k8s.io/extra/{version}/extra-{arch}
                        checksumFile: https://dl.k8s.io/extra/{version}/extra-{arch}.sha256
                        optional: true
                        limitMiB: 1
                        install:
                          - { to: /usr/local/share/extra }

                    """,
                    StringComparison.Ordinal
                )
        );
        using (SourceFetcher supply = scene.NewSupply())
        {
            ImageDefinition definition = ImageDefinitionFile.Read(scene.Folder);
            ImageLock made = await supply.NewLockMaker().MakeAsync(definition, scene.Lock, Stop);
            await ImageLockFile.WriteAsync(scene.Folder, await supply.WithUpstreamAsync(definition, made, false, _ => { }, Stop), Stop);
        }

        Assert.Equal(["extra"], scene.Lock.LeftOut);
        foreach (string file in (string[])["stable-2.0.txt", "stable.txt"])
            scene.Repository.Mirror.Add(new Uri($"https://dl.k8s.io/extra/{file}"), "v2.0.0"u8);
        Assert.Null(await scene.StageAsync());

        foreach (string file in (string[])["stable-2.0.txt", "stable.txt"])
            scene.Repository.Mirror.Add(new Uri($"https://dl.k8s.io/extra/{file}"), "v2.0.1"u8);
        foreach (string architecture in (string[])["amd64", "arm64"])
            scene.Repository.Mirror.Add(
                new Uri($"https://dl.k8s.io/extra/v2.0.1/extra-{architecture}.sha256"),
                System.Text.Encoding.ASCII.GetBytes(Digest.Of("extra"u8).Hex)
            );
        IReadOnlyDictionary<string, string> before = scene.Snapshot();
        RemoteException e = await Assert.ThrowsAsync<RemoteException>(() => scene.StageAsync());
        Assert.Contains("extra v2.0.1 could not be downloaded, although its checksums are published", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, scene.Snapshot());

        foreach (string architecture in (string[])["amd64", "arm64"])
            scene.Repository.Mirror.Add(new Uri($"https://dl.k8s.io/extra/v2.0.1/extra-{architecture}"), "extra"u8);
        Assert.Equal("Update tools: extra from v2.0.0 to v2.0.1", (await scene.StageAsync())!.Report.Title);
    }

    [Fact]
    public async Task A_file_that_somebody_changed_meanwhile_is_not_overwritten()
    {
        using UpdateScene scene = await UpdateScene.CreateAsync(keys);
        scene.Release("v1.0.1");
        scene.Say("v1.0.1");
        StagedUpdate update = (await scene.StageAsync())!;
        await File.AppendAllTextAsync(Path.Combine(scene.Folder, ImageDefinition.FileName), "# a word more\n", Stop);
        IReadOnlyDictionary<string, string> before = scene.Snapshot();
        await Assert.ThrowsAsync<DefinitionException>(() => update.PutAsync(Stop));
        Assert.Equal(before, scene.Snapshot());
    }

    private static string ImageDefinitionsOf(string yaml) =>
        yaml.Split('\n').Single(line => line.Contains("amd64: sha256:", StringComparison.Ordinal)).Split(": ")[1];

    private void Spoil(UpdateScene scene, string wrong)
    {
        string PathOf(string architecture, string ending = "") =>
            scene.Repository.Mirror.PathOf(UpdateScene.Address("v1.0.1", architecture, ending));
        switch (wrong)
        {
            case "no arm64 checksum":
                File.Delete(PathOf("arm64", ".sha256"));
                break;
            case "wrong checksum":
                File.WriteAllText(PathOf("arm64", ".sha256"), new string('0', 64));
                break;
            case "no checksum file":
                File.WriteAllText(PathOf("amd64", ".sha256"), "<html>not found</html>");
                break;
            case "no arm64 file":
                File.Delete(PathOf("arm64"));
                break;
            case "hostile version file":
                scene.Say("v1.0.1\nv1.0.2");
                break;
            case "no version file":
                Directory
                    .EnumerateFiles(scene.Repository.Mirror.Path, "stable*", SearchOption.AllDirectories)
                    .ToList()
                    .ForEach(File.Delete);
                break;
            case "forged suite":
                scene.PublishPackages(new TinyDeb("hello", "9").File("usr/share/hello", "9"), days: 2, by: keys.Stranger);
                break;
            case "rolled-back suite":
                scene.PublishPackages(new TinyDeb("hello", "9").File("usr/share/hello", "9"), days: -2);
                break;
            case "contract":
                scene.PublishPackages(new TinyDeb("hello", "9").Bytes("usr/share/hello", new byte[2 << 20]), days: 2);
                break;
        }
    }
}
