using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Testing;

/// <summary>A real program that tests compare with or hand results to.</summary>
/// <param name="Name">As in <c>.ci/peers.txt</c>.</param>
/// <param name="Package">Debian's package of it; null for what needs root to be had, and is only looked for.</param>
/// <param name="Path">The program in that package.</param>
public sealed record Peer(string Name, string? Package, string Path)
{
    public static Peer Cosign { get; } = new("cosign", "cosign", "usr/bin/cosign");

    /// <summary>Signatures as bundles beside the image first, and cosign 2's form where there is none. Newer than trixie.</summary>
    public static Peer Cosign3 { get; } =
        new("cosign-3", "libc6", "usr/bin/cosign")
        {
            IsOnlyFetched = true,
            Newer = ImmutableDictionary<string, LockedFile>
                .Empty.Add(
                    "amd64",
                    new LockedFile(
                        "debian/pool/main/c/cosign/cosign_3.1.1-2_amd64.deb",
                        Digest.Sha256("d8622ebffce1d69197288fc030ff06a4c247af5507107f85c5a878870b686b23"),
                        17676136
                    )
                )
                .Add(
                    "arm64",
                    new LockedFile(
                        "debian/pool/main/c/cosign/cosign_3.1.1-2_arm64.deb",
                        Digest.Sha256("131d3a895f48a1f1f5df708cb3423e96fee4d2135ff4ee3fc71b884290e79549"),
                        14990220
                    )
                ),
        };

    public static Peer Oras { get; } = new("oras", "oras", "usr/bin/oras");

    public static Peer Skopeo { get; } = new("skopeo", "skopeo", "usr/bin/skopeo");

    /// <summary>Knows Sigstore's signatures, which bookworm's was built without.</summary>
    public static Peer SkopeoOfTrixie { get; } = new("skopeo-trixie", "skopeo", "usr/bin/skopeo") { IsOnlyFetched = true };

    public static Peer Umoci { get; } = new("umoci", "umoci", "usr/bin/umoci");

    public static Peer DockerRegistry { get; } = new("docker-registry", "docker-registry", "usr/bin/docker-registry");

    public static Peer Xz { get; } = new("xz", "xz-utils", "usr/bin/xz");

    /// <summary>Shows what iptables-nft wrote.</summary>
    public static Peer Nft { get; } = new("nft", "nftables", "usr/sbin/nft");

    /// <summary>A terminal to run programs in and to look at.</summary>
    public static Peer Tmux { get; } = new("tmux", "tmux", "usr/bin/tmux");

    public static Peer Readelf { get; } = new("readelf", "binutils", "usr/bin/readelf");

    /// <summary>Go's toolchain with its standard library, which it is started with from <see cref="PeerProgram.Root"/>.</summary>
    public static Peer Go { get; } = new("go", "golang-go", "usr/bin/go") { IsOnlyFetched = true };

    /// <summary>Finds what Debian's tracker knows to be vulnerable among installed packages.</summary>
    public static Peer Debsecan { get; } = new("debsecan", "debsecan", "usr/bin/debsecan");

    public static Peer Jq { get; } = new("jq", "jq", "usr/bin/jq");

    public static Peer Openssl { get; } = new("openssl", "openssl", "usr/bin/openssl");

    /// <summary>The SPDX project's own reader and validator, in Python. Trixie has all that it needs but not the program.</summary>
    public static Peer SpdxTools { get; } =
        new("pyspdxtools", "python3", "usr/bin/pyspdxtools")
        {
            Needs =
            [
                "python3-beartype",
                "python3-click",
                "python3-license-expression",
                "python3-ply",
                "python3-rdflib",
                "python3-semantic-version",
                "python3-uritools",
                "python3-xmltodict",
                "python3-yaml",
            ],
            Newer = ImmutableDictionary<string, LockedFile>.Empty.Add(
                "all",
                new LockedFile(
                    "debian/pool/main/p/python-spdx-tools/python3-spdx-tools_0.8.5-1_all.deb",
                    Digest.Sha256("cb5653ed9be7b9d897cc64cb55c340e4faa184e418b4737e00ce0f3f1b9f2f48"),
                    124504
                )
            ),
        };

    /// <summary>Not fetched: Debian's archive cannot be trusted without it.</summary>
    public static Peer Gpgv { get; } = new("gpgv", null, "usr/bin/gpgv");

    /// <summary>Makes and verifies detached OpenPGP signatures; not fetched, since it starts an agent of its own by path.</summary>
    public static Peer Gpg { get; } = new("gpg", null, "usr/bin/gpg");

    /// <summary>Shells that complete; not fetched, since they look for their own functions by path.</summary>
    public static Peer Fish { get; } = new("fish", null, "usr/bin/fish");

    public static Peer Zsh { get; } = new("zsh", null, "usr/bin/zsh");

    /// <summary>A real browser; not fetched, since it has a hundred libraries.</summary>
    public static Peer Chromium { get; } = new("chromium", null, "usr/bin/chromium");

    /// <summary>Debian's own resolver; the host's, whatever its version.</summary>
    public static Peer AptGet { get; } = new("apt-get", null, "usr/bin/apt-get");

    /// <summary>Links programs of native code; with it comes what strips them.</summary>
    public static Peer Gcc { get; } = new("gcc", null, "usr/bin/gcc");

    /// <summary>Runs the judges of CI servers' files: 20 or newer.</summary>
    public static Peer Node { get; } = new("node", "nodejs", "usr/bin/node");

    public static Peer Git { get; } = new("git", null, "usr/bin/git");

    /// <summary>The host's, whatever its version; part of the C library's own package.</summary>
    public static Peer Ldconfig { get; } = new("ldconfig", null, "usr/sbin/ldconfig");

    public static Peer Mmdebstrap { get; } = new("mmdebstrap", null, "usr/bin/mmdebstrap");

    /// <summary>Makes network namespaces.</summary>
    public static Peer Ip { get; } = new("ip", null, "usr/sbin/ip");

    /// <summary>What CNI's portmap and bridge call.</summary>
    public static Peer Iptables { get; } = new("iptables", null, "usr/sbin/iptables");

    /// <summary>Runs containers and pods; the Docker Engine's package brings it along, with runc.</summary>
    public static Peer Containerd { get; } = new("containerd", null, "usr/bin/containerd");

    public static Peer Runc { get; } = new("runc", null, "usr/sbin/runc");

    /// <summary>Judges units of a node.</summary>
    public static Peer SystemdAnalyze { get; } = new("systemd-analyze", null, "usr/bin/systemd-analyze");

    /// <summary>The Docker command line with an engine that answers.</summary>
    public static Peer Docker { get; } = new("docker", null, "usr/bin/docker");

    /// <summary>The same, with an engine that runs linux/arm64.</summary>
    public static Peer DockerArm64 { get; } = new("docker-arm64", null, "usr/bin/docker");

    /// <summary>
    /// A Docker Engine of 2024, to be started as an own one: it and what it starts lie in <see cref="PeerProgram.Root"/>.
    /// </summary>
    public static Peer DockerOfTrixie { get; } = new("docker-trixie", "docker.io", "usr/sbin/dockerd") { IsOnlyFetched = true };

    /// <summary>The newest Engine that Debian has, over trixie's containerd and runc.</summary>
    public static Peer Docker28 { get; } =
        new("docker-28", "docker.io", "usr/sbin/dockerd")
        {
            IsOnlyFetched = true,
            Newer = ImmutableDictionary<string, LockedFile>
                .Empty.Add(
                    "amd64",
                    new LockedFile(
                        "debian/pool/main/d/docker.io/docker.io_28.5.2+dfsg4-5_amd64.deb",
                        Digest.Sha256("69a59cc77a1fb8ee9ad6859abc2e6de5d76b70887405595c2b1307818fecf682"),
                        19311940
                    )
                )
                .Add(
                    "arm64",
                    new LockedFile(
                        "debian/pool/main/d/docker.io/docker.io_28.5.2+dfsg4-5_arm64.deb",
                        Digest.Sha256("7da4fd6e52c4810b06925d98e216812d2260152f1f34bb1e30cfd69395b1e459"),
                        16377280
                    )
                ),
        };

    /// <summary>Another program that speaks the Engine's API. It prefers crun, which not every machine's cgroups suit.</summary>
    public static Peer Podman { get; } = new("podman", "podman", "usr/bin/podman") { IsOnlyFetched = true, Needs = ["runc"] };

    /// <summary>Runs arm64 programs wherever they lie: registered with the kernel and opened by it beforehand.</summary>
    public static Peer QemuArm64 { get; } = new("qemu-aarch64-static", null, "usr/bin/qemu-aarch64-static");

    /// <summary>When Debian's snapshot archive had the newer packages.</summary>
    public static DateTimeOffset NewerTime { get; } = new(2026, 10, 30, 8, 8, 1, TimeSpan.Zero);

    /// <summary>Further packages that it needs, where its own does not say so.</summary>
    public ImmutableArray<string> Needs { get; init; } = [];

    /// <summary>A package of a newer Debian, unpacked over the others: by architecture, or one for <c>all</c>.</summary>
    public ImmutableDictionary<string, LockedFile> Newer { get; init; } = ImmutableDictionary<string, LockedFile>.Empty;

    /// <summary>Whether what is on <c>PATH</c> under that name is passed over: it may be of any version.</summary>
    public bool IsOnlyFetched { get; init; }

    /// <summary>All of them, by name.</summary>
    public static ImmutableArray<Peer> All { get; } =
    [
        .. new[]
        {
            Cosign,
            Cosign3,
            Oras,
            Skopeo,
            SkopeoOfTrixie,
            Umoci,
            Go,
            Jq,
            Debsecan,
            DockerRegistry,
            Nft,
            Tmux,
            Readelf,
            Xz,
            AptGet,
            Gcc,
            Gpg,
            Chromium,
            Fish,
            Zsh,
            Gpgv,
            Git,
            Ldconfig,
            Mmdebstrap,
            Node,
            Ip,
            Iptables,
            Openssl,
            SpdxTools,
            QemuArm64,
            Containerd,
            Runc,
            SystemdAnalyze,
            Docker,
            DockerArm64,
            DockerOfTrixie,
            Docker28,
            Podman,
        }.OrderBy(peer => peer.Name, StringComparer.Ordinal),
    ];

    /// <summary>The file name of the program.</summary>
    public string Program => System.IO.Path.GetFileName(Path);

    public override string ToString() => Name;
}
