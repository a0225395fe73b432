using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>Files of Debian bookworm by hash: Go 1.19, the newest that compiles Kubernetes 1.20, and sources.</summary>
internal static class DebianSource
{
    /// <summary>Go's compiler for amd64 machines; it compiles for arm64 too.</summary>
    public static LockedFile[] Go { get; } =
    [
        Of("golang-1.19/golang-1.19-go_1.19.8-2_amd64.deb", "545123039b6c79e75cf2d86528781a825424cf33ce9d3f4513d772d7144cd531", 62705552),
        Of("golang-1.19/golang-1.19-src_1.19.8-2_all.deb", "2dfa82fe4f08f4e0193c532e561af4c91871f5235608f04f2bb8d57bb288df5a", 18308084),
    ];

    /// <summary>Kubernetes 1.20.2 with all that it vendors.</summary>
    public static LockedFile Kubernetes { get; } =
        Of(
            "kubernetes/kubernetes_1.20.5+really1.20.2.orig.tar.gz",
            "b83c0780efb182d928dc63d46488a847f161f04e40a94b96bf5247dd671ecdfc",
            34428927,
            "k"
        );

    /// <summary>The CNI plugins 1.1.1, without what they import.</summary>
    public static LockedFile Plugins { get; } =
        Of(
            "golang-github-containernetworking-plugins/golang-github-containernetworking-plugins_1.1.1+ds1.orig.tar.xz",
            "46ce6214581cfdfd9784cb008765af4dafc21ffc46149e78286ae99c02ba6f9d",
            160928
        );

    /// <summary>What the CNI plugins import.</summary>
    public static LockedFile[] PluginLibraries { get; } =
    [
        Of(
            "golang-golang-x-sys/golang-golang-x-sys-dev_0.3.0-1_all.deb",
            "1bbeb938568f2014ada7473dd3fad8c8cbc45fabf0dcc7bc86b4392af0fd4bc8",
            393156
        ),
        Of(
            "golang-github-alexflint-go-filemutex/golang-github-alexflint-go-filemutex-dev_1.2.0-1_all.deb",
            "1935f5f3dade599b4f401b8aab3d36e9fd834c2691a9225b3af93a94568a110f",
            5676
        ),
        Of(
            "golang-github-appc-cni/golang-github-appc-cni-dev_1.1.2-1_all.deb",
            "99601c474a08ca7effbb5dac09e8a8e8852df5f04ed2ea90d7e10dbb54307fc7",
            72712
        ),
        Of(
            "golang-github-coreos-go-iptables/golang-github-coreos-go-iptables-dev_0.6.0-1_all.deb",
            "6c62a489246ff0b3d4be3471f4b2d5728ec001584b72f8fbc4a3815881c4060b",
            11832
        ),
        Of(
            "golang-github-safchain-ethtool/golang-github-safchain-ethtool-dev_0.3.0-1_all.deb",
            "ff9978fc21aaff60af0a61148980dc55ec0bc809dcfe0ca966d6cf2ca2e1ecee",
            9864
        ),
        Of(
            "golang-github-vishvananda-netns/golang-github-vishvananda-netns-dev_0.0~git20211101.5004558-1_all.deb",
            "4cf1f9f2e6e27fe5693e2ff1ba2dded159241638339d8390556231b1f5015974",
            6940
        ),
        Of(
            "golang-github-vishvananda-netlink/golang-github-vishvananda-netlink-dev_1.1.0.125.gf243826-4_all.deb",
            "5293f51daada904a6b899d2c0e505c2fb41e791826ced4116f74a4a6f5a6dfb2",
            147880
        ),
        Of(
            "golang-github-mattn-go-shellwords/golang-github-mattn-go-shellwords-dev_1.0.10-2_all.deb",
            "3ff3bbc3413ff6f2212879cfeafcca3874da5c5fcabf5e93d606cbe894396601",
            5932
        ),
        Of(
            "golang-github-networkplumbing-go-nft/golang-github-networkplumbing-go-nft-dev_0.2.0-2_all.deb",
            "0f744489ff74bc0f81f4486df3cae7429b9cdd2e7384f5179db3a8a1a6958bb2",
            17732
        ),
    ];

    /// <summary>A name for what is compiled from files with flags: the same name, the same programs.</summary>
    public static string StateOf(IEnumerable<LockedFile> files, string flags) =>
        TestArchive.FolderNameOf(string.Join('\n', files.Concat(Go).Select(file => file.Digest.ToString())) + flags);

    private static LockedFile Of(string path, string sha256, long size, string? shelf = null) =>
        new($"debian/pool/main/{shelf ?? path[..1]}/{path}", Digest.Sha256(sha256), size);
}
