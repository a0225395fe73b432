using System.Collections.Immutable;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>What a release's page says, and the files that it names.</summary>
public sealed class ReleaseNotesTests : IAsyncLifetime
{
    private readonly KeySigner _signer = KeySigner.CreateThrowAway();
    private SignedReleaseFixture _fixture = null!;
    private ReleaseFacts _facts = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await SignedReleaseFixture.CreateAsync();
        ReleaseRecord record = await _fixture.PublishAsync();
        _facts = new ReleaseFacts
        {
            Image = await ImageReader.ReadAsync("tiny", _fixture.Layout, default),
            Description = "A tiny image",
            Destinations = [_fixture.Official, _fixture.Fallback],
            Record = RecordedRelease.Parse(record.ToBytes(), "release.json"),
            Git = SignedReleaseFixture.Exact,
            Signer = _signer.Key,
            Upstream = [new ReleasedUpstream("kubelet", "v1.36.4", "verified", null)],
            LeftOut = [],
            Packages = 85,
            Suites = ["trixie", "trixie-security"],
            Earlier = null,
            Node = new NodeVariable("kubelet.service", "KUBELET_IMAGE"),
            HasOpenPgp = false,
            IsRehearsal = false,
            StandIn = null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _fixture.DisposeAsync();
        _signer.Dispose();
    }

    [Fact]
    public void Every_registry_and_platform_has_a_row_with_its_digest()
    {
        string notes = Notes(_facts);

        foreach (Reference repository in _facts.Destinations)
        {
            Assert.Contains($"| `{repository.Name}` | all | `v1.0.0` | `{_facts.Image.Index.Digest}` |", notes, StringComparison.Ordinal);
            foreach (AssembledPlatform platform in _facts.Image.Platforms)
                Assert.Contains(
                    $"| `{repository.Name}` | {platform.Platform} | `v1.0.0-{platform.Platform.Architecture}` | "
                        + $"`{platform.Manifest.Digest}` | 0.0 MB |",
                    notes,
                    StringComparison.Ordinal
                );
        }
    }

    [Fact]
    public void However_much_changed_the_notes_stay_below_what_GitHub_takes_and_count_the_rest()
    {
        ContentChange[] changes =
        [
            .. Enumerable.Range(0, 3000).Select(i => new ContentChange($"package-{i}_{new string('x', 60)}", "1.0-1", "1.0-1+deb13u1")),
        ];
        string notes = Notes(
            _facts with
            {
                Earlier = new EarlierRelease("tiny/v0.9.0", [.. changes], ImmutableDictionary<Platform, long>.Empty),
            }
        );

        Assert.InRange(notes.Length, 100_000, ReleaseNotes.Longest);
        int rows = notes.Split('\n').Count(line => line.StartsWith("| package-", StringComparison.Ordinal));
        Assert.EndsWith($"And {3000 - rows} more, which do not fit here: the SBOMs list all.\n", notes, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "do not fit here",
            Notes(
                _facts with
                {
                    Earlier = new EarlierRelease("tiny/v0.9.0", [.. changes.Take(300)], ImmutableDictionary<Platform, long>.Empty),
                }
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Commands_name_digests_the_key_that_is_a_file_of_the_release_and_both_registries()
    {
        string notes = Notes(_facts);

        Assert.Contains(
            $"cosign verify --key release.pub --insecure-ignore-tlog=true quay.io/test/tiny@{_facts.Image.Index.Digest}\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"cosign verify --key release.pub --insecure-ignore-tlog=true docker.io/mirror/tiny@{_facts.Image.Index.Digest}\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "./build.sh Verify --reference quay.io/test/tiny:v1.0.0 --public-key release.pub --all-registries\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "./build.sh Reproduce --reference quay.io/test/tiny:v1.0.0 --public-key release.pub\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("gpg", notes, StringComparison.Ordinal);
        Assert.Contains("gpg --verify SHA256SUMS.sig SHA256SUMS\n", Notes(_facts with { HasOpenPgp = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_that_was_left_out_is_told_and_no_command_names_it()
    {
        string notes = Notes(_facts with { Record = _facts.Record with { Tags = _facts.Record.Tags.Remove("docker.io/mirror/tiny") } });

        Assert.Contains("Not published to `docker.io/mirror/tiny`.", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("--all-registries", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("docker.io/mirror/tiny@", notes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_taken_unsigned_a_file_that_is_missing_and_a_stand_in_are_told_first()
    {
        string notes = Notes(
            _facts with
            {
                Upstream = [new ReleasedUpstream("kubectl", "v1.36.4", null, "its signature by somebody@example.org is missing")],
                LeftOut = ["flannel"],
                IsRehearsal = true,
                StandIn = "kubelet",
            }
        );

        Assert.StartsWith(
            "> [!WARNING]\n> This was a rehearsal, with stand-ins for kubelet. Nothing of it is published.\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "> **kubectl v1.36.4** was taken for its checksum alone: its signature by somebody@\u200Bexample.org is missing.\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains("> Made without flannel, which could not be downloaded.\n", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", Notes(_facts), StringComparison.Ordinal);
    }

    [Fact]
    public void What_changed_since_the_release_before_is_a_table_and_sizes_say_by_how_much()
    {
        EarlierRelease earlier = new(
            "tiny/v0.9.0",
            [new("kubelet", "v1.36.3", "v1.36.4"), new("jq", null, "1.7.1-6"), new("udev", "257.8-1", null), new("a|b", "1", "2")],
            ImmutableDictionary<Platform, long>.Empty.Add(Platform.LinuxAmd64, 2_000_000)
        );
        string notes = Notes(_facts with { Earlier = earlier });

        Assert.Contains(
            "Since `tiny/v0.9.0`:\n\n|  | from | to |\n|---|---|---|\n| kubelet | v1.36.3 | v1.36.4 |\n| jq | – | 1.7.1-6 |\n| "
                + "udev | 257.8-1 | – |\n| a\\|b | 1 | 2 |\n",
            notes,
            StringComparison.Ordinal
        );
        Assert.Contains("| 0.0 MB (-2.0) |", notes, StringComparison.Ordinal);
        Assert.Contains(
            "The same 85 Debian packages and upstream files as `tiny/v0.9.0`.",
            Notes(_facts with { Earlier = earlier with { Changes = [] } }),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "What `tiny/v0.9.0` had is not known.",
            Notes(_facts with { Earlier = earlier with { Changes = null } }),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_list_of_checksums_is_sorted_and_as_coreutils_wants_it()
    {
        ReleasedFile list = ChecksumList.Of([ReleasedFile.OfText("b", "2"), ReleasedFile.OfText("a", "1")]);

        Assert.Equal("SHA256SUMS", list.Name);
        Assert.Equal($"{Digest.Of("1"u8).Hex}  a\n{Digest.Of("2"u8).Hex}  b\n", System.Text.Encoding.UTF8.GetString(list.Content.Span));
    }

    [Fact]
    public async Task Layers_that_say_they_weigh_more_than_can_be_are_no_sizes_and_other_platforms_are_not_asked_for()
    {
        using Slipway.Testing.ScratchFolder folder = new();
        OciLayout layout = OciLayout.Create(folder.Path);
        Descriptor config = await layout.AddBlobAsync(MediaType.Config, "{}"u8.ToArray());
        Descriptor layer = new(MediaType.LayerGzip, Digest.Of("1"u8), long.MaxValue);
        Descriptor child = await layout.AddManifestAsync(
            new ManifestContent(MediaType.Manifest, new Manifest(config, [layer, layer]).ToBytes())
        ) with
        {
            Platform = Platform.Parse("linux/amd64"),
        };
        Descriptor root = await layout.AddManifestAsync(
            new ManifestContent(
                MediaType.Index,
                new Oci.Index([child, child with { Digest = Digest.Of("2"u8), Platform = Platform.Parse("linux/arm64") }]).ToBytes()
            )
        );
        layout.WriteIndex(new Oci.Index([root with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, "v0.9.0") }]));

        await Assert.ThrowsAsync<ContentException>(() =>
            PublishedSizes.ReadAsync(layout, root.Digest, [Platform.Parse("linux/amd64")], default)
        );
        Assert.Empty(await PublishedSizes.ReadAsync(layout, root.Digest, [Platform.Parse("linux/386")], default));
    }

    [Fact]
    public void A_node_is_given_the_digest_by_a_drop_in_and_by_Butane_snippets()
    {
        Reference image = _fixture.Official.WithDigest(_facts.Image.Index.Digest);
        Dictionary<string, string> files = new NodeFiles(_facts.Node!, image, "tiny v1.0.0")
            .Assets("tiny-v1.0.0")
            .ToDictionary(asset => asset.Name, asset => System.Text.Encoding.UTF8.GetString(asset.Content.Span));

        Assert.Equal(
            ["tiny-v1.0.0-quay.io.conf", "tiny-v1.0.0-quay.io.fcos.bu", "tiny-v1.0.0-quay.io.flatcar.bu"],
            files.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal($"# tiny v1.0.0\n[Service]\nEnvironment=KUBELET_IMAGE={image}\n", files["tiny-v1.0.0-quay.io.conf"]);
        Assert.Contains(
            "      dropins:\n        - name: 10-image-override.conf\n          contents: |\n            [Service]\n            "
                + $"Environment=KUBELET_IMAGE={image}\n",
            files["tiny-v1.0.0-quay.io.flatcar.bu"],
            StringComparison.Ordinal
        );
        Assert.StartsWith("# tiny v1.0.0\nvariant: fcos\nversion: 1.4.0\n", files["tiny-v1.0.0-quay.io.fcos.bu"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sizes_of_a_published_release_are_those_that_its_manifests_state()
    {
        var sizes = await PublishedSizes.ReadAsync(
            _fixture.Connect().Repository(_fixture.Official),
            _facts.Image.Index.Digest,
            _facts.Image.Platforms.Select(platform => platform.Platform),
            default
        );

        Assert.Equal(
            _facts.Image.Platforms.Select(platform => (platform.Platform, platform.Layers.Sum(layer => layer.Blob.Size))),
            sizes.OrderBy(size => size.Key.Architecture, StringComparer.Ordinal).Select(size => (size.Key, size.Value))
        );
        await Assert.ThrowsAsync<ContentException>(() =>
            PublishedSizes.ReadAsync(_fixture.Connect().Repository(_fixture.Official), Digest.Of("x"u8), [], default)
        );
    }

    [Fact]
    public void What_is_known_to_be_vulnerable_is_listed_with_its_judgement_and_steers_no_Markdown()
    {
        KnownWeakness open = new("CVE-2026-1", "hello", "1.0", "high", "1.1", null) { IsOpen = true, IsListed = true },
            judged = new("CVE-2026-2", "a|b", null, "low", null, "not_affected: <b>@all</b>\n| x |") { IsOpen = false, IsListed = true },
            minor = new("CVE-2026-3", "hello", "1.0", "unknown", null, null) { IsOpen = true, IsListed = false };

        string notes = Notes(_facts with { Weaknesses = [open, judged, minor] });

        Assert.Contains("advisories knew 1 high, 1 unknown, and 1 that the image is judged not to have. ", notes, StringComparison.Ordinal);
        Assert.Contains("| CVE-2026-1 | hello 1.0 | high | 1.1 |  |\n", notes, StringComparison.Ordinal);
        Assert.Contains("| CVE-2026-2 | a\\|b – | low | – | not\\_affected", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("@all", notes, StringComparison.Ordinal);
        Assert.DoesNotContain("CVE-2026-3", notes, StringComparison.Ordinal);
        Assert.Contains("And 1 more, which are not listed here.", notes, StringComparison.Ordinal);
        Assert.Contains("advisories knew none. ", Notes(_facts with { Weaknesses = [] }), StringComparison.Ordinal);
        Assert.DoesNotContain("Known vulnerabilities", Notes(_facts), StringComparison.Ordinal);
    }

    private static string Notes(ReleaseFacts facts) => new ReleaseNotes(facts).ToString();
}
