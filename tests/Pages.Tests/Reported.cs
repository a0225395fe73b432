using System.Collections.Immutable;
using Slipway.Git;
using Slipway.Images;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Pages.Tests;

/// <summary>Images to report, with texts of a test's own.</summary>
internal static class Reported
{
    public static Digest DigestOf(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>An image of two platforms on two registries.</summary>
    /// <param name="text">Stands wherever others' text can.</param>
    /// <param name="packages">How many Debian packages each platform has.</param>
    public static ReportedImage Image(string text = "", int packages = 3)
    {
        ReportedPlatform[] platforms =
        [
            .. new[] { Platform.LinuxAmd64, Platform.LinuxArm64 }.Select(platform => PlatformOf(platform, text, packages)),
        ];
        AssembledImage assembled = new(
            "tiny",
            new Descriptor(MediaType.Index, DigestOf("index"), 955),
            [.. platforms.Select(platform => platform.Image)]
        );
        return new ReportedImage
        {
            Facts = Facts(assembled, text, packages),
            Platforms = [.. platforms],
            Contract = new Contract { Budgets = [new LayerBudget("base" + text, 4, 8)] },
            Inspection = new RecordedInspection("tiny", assembled.Index.Digest, true, []),
            Verdicts =
            [
                .. new[] { "quay.io/test/tiny", "docker.io/mirror/tiny" }.Select(place =>
                    PlaceVerdict.Of(
                        new VerificationResult(
                            place,
                            [
                                new SubjectVerdict
                                {
                                    Digest = assembled.Index.Digest,
                                    Failure = null,
                                    Text = text,
                                },
                            ]
                        )
                    )
                ),
            ],
        };
    }

    private static ReleaseFacts Facts(AssembledImage image, string text, int packages) =>
        new()
        {
            Image = image,
            Description = "A tiny image" + text,
            Destinations = [Reference.Parse("quay.io/test/tiny"), Reference.Parse("docker.io/mirror/tiny")],
            Record = RecordedRelease.Parse(Record(image), "release.json"),
            Git = new GitState
            {
                Commit = "23228e6f00000000000000000000000000000000",
                Tag = "tiny/v1.0.0",
                Distance = 0,
                Commits = 4,
                Branch = "main",
                IsDirty = false,
            },
            Signer = KeySigner.CreateThrowAway().Key,
            Upstream = [new ReleasedUpstream("tool" + text, "v1.0.0" + text, null, null)],
            LeftOut = [],
            Packages = packages,
            Suites = ["trixie"],
            Earlier = new EarlierRelease(
                "tiny/v0.9.0" + text,
                [new ContentChange("libc6" + text, "1" + text, "2" + text) { Fixes = ["CVE-2026-0001" + text] }],
                ImmutableDictionary<Platform, long>.Empty
            ),
            Weaknesses =
            [
                new KnownWeakness("CVE-2026-0002" + text, "bash" + text, "5.2" + text, "high", "5.3" + text, null)
                {
                    IsOpen = true,
                    IsListed = true,
                },
                new KnownWeakness("CVE-2026-0003" + text, "bash" + text, null, "medium", null, "not_affected: not there" + text)
                {
                    IsOpen = false,
                    IsListed = true,
                },
                new KnownWeakness("CVE-2026-0004" + text, "bash" + text, "5.2" + text, "low", null, null)
                {
                    IsOpen = true,
                    IsListed = false,
                },
            ],
            Node = null,
            HasOpenPgp = false,
            IsRehearsal = true,
            StandIn = "tool" + text,
        };

    /// <summary>A <c>release.json</c> with every tag on both registries.</summary>
    public static byte[] Record(AssembledImage image) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writer.WriteString("image", "tiny");
            writer.WriteString("release", "v1.0.0");
            writer.WriteBoolean("complete", true);
            writer.WriteStartArray("subjects");
            foreach (Digest subject in image.Subjects)
            {
                writer.WriteStartObject();
                writer.WriteString("digest", subject.ToString());
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("destinations");
            foreach (string place in new[] { "quay.io/test/tiny", "docker.io/mirror/tiny" })
            {
                writer.WriteStartObject();
                writer.WriteString("repository", place);
                writer.WriteStartObject("tags");
                writer.WriteString("v1.0.0", image.Index.Digest.ToString());
                foreach (AssembledPlatform platform in image.Platforms)
                    writer.WriteString($"v1.0.0-{platform.Platform.Architecture}", platform.Manifest.Digest.ToString());
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static ReportedPlatform PlatformOf(Platform platform, string text, int packages)
    {
        Digest diff = DigestOf($"diff {platform}");
        Layer layer = new(new Descriptor(MediaType.LayerGzip, DigestOf($"blob {platform}"), 2_345_678), diff, 9, "base");
        ContentEntry[] entries =
        [
            .. Enumerable.Range(0, packages).Select(i => Entry($"usr/bin/p{i}", 1000 * (i + 1), ContentOwner.OfPackage($"p{i}{text}"))),
            Entry("usr/bin/tool", 500_000, ContentOwner.OfUpstream("tool", "v1.0.0" + text)),
        ];
        return new ReportedPlatform(
            new AssembledPlatform(platform, new Descriptor(MediaType.Manifest, DigestOf($"manifest {platform}"), 1025), [layer]),
            new ImageContents(platform, [new LayerContents("base" + text, diff, [.. entries])]),
            Sbom(text, packages)
        );
    }

    private static ContentEntry Entry(string path, long size, string owner) =>
        new()
        {
            Path = path,
            Kind = LayerEntryKind.File,
            Mode = 0x1ED,
            UserId = 0,
            GroupId = 0,
            Size = size,
            Owner = owner,
        };

    private static SpdxDocument Sbom(string text, int packages) =>
        new()
        {
            Name = "tiny" + text,
            Namespace = "https://example.com/spdx",
            Created = DateTimeOffset.UnixEpoch,
            Describes = "SPDXRef-Image",
            Packages =
            [
                new SpdxPackage { Id = "SPDXRef-Image", Name = "tiny" },
                .. Enumerable
                    .Range(0, packages)
                    .Select(i => new SpdxPackage
                    {
                        Id = $"SPDXRef-Debian-p{i}",
                        Name = $"p{i}{text}",
                        Version = "1.0-1" + text,
                        LicenceDeclared = "GPL-2.0-or-later" + text,
                        Purl = $"pkg:deb/debian/p{i}@1.0-1?arch=amd64",
                    }),
                new SpdxPackage
                {
                    Id = "SPDXRef-Upstream-tool",
                    Name = "tool",
                    Version = "v1.0.0" + text,
                },
            ],
        };
}
