using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The unpacked kubelet image's programs that speak to the kernel's packet filter, in a network namespace of their own. qemu-user
/// has neither netlink sockets of netfilter nor iptables' socket options, so the work is done natively alone; of the other
/// architecture's programs it is seen that they start, with their libraries, up to the socket that is refused.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class NetfilterTests(ReleaseFixture fixture)
{
    private static string Native => PeerPrograms.Native.Architecture;

    private static string Foreign => Native == "amd64" ? "arm64" : "amd64";

    [Theory]
    [InlineData("iptables -L", "Chain INPUT (policy ACCEPT)")]
    [InlineData("ip6tables -t mangle -L", "Chain PREROUTING (policy ACCEPT)")]
    [InlineData("iptables-legacy -L", "Chain FORWARD (policy ACCEPT)")]
    [InlineData("ebtables -L", "Bridge table: filter")]
    [InlineData("conntrack -L", "0 flow entries have been shown")]
    [InlineData("ipset create peers hash:ip && ipset add peers 192.0.2.1 && ipset list", "192.0.2.1")]
    public async Task A_native_program_reads_and_writes_the_packet_filter(string line, string said)
    {
        ChildResult answer = (await (await RootAsync(Native)).ShellAsync(line)).Require();

        Assert.Contains(said, answer.Output + answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nft_lists_what_the_native_iptables_wrote()
    {
        PeerProgram nft = await PeerPrograms.RequireAsync(Peer.Nft);

        ChildResult listed = (
            await (await RootAsync(Native)).ScriptAsync(
                """
                inside iptables-nft -t nat -A POSTROUTING -s 192.0.2.0/24 -m comment --comment 'by a test' -j MASQUERADE
                inside iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
                inside ip6tables-nft -t mangle -N KUBE-IPTABLES-HINT
                "$@" list ruleset
                """,
                [nft.File, .. nft.Prefix]
            )
        ).Require();

        Assert.Matches(@"(?s)table ip nat \{.*192\.0\.2\.0/24.*masquerade", listed.Output);
        Assert.Matches(@"(?s)table ip filter \{.*established.*accept", listed.Output);
        Assert.Matches(@"(?s)table ip6 mangle \{.*KUBE-IPTABLES-HINT", listed.Output);
    }

    [Theory]
    [InlineData("iptables-nft --version", "Failed to initialize nft: Protocol not supported")]
    [InlineData("ebtables-nft -L", "Could not initialize nftables layer")]
    [InlineData("iptables-legacy -L", "can't initialize iptables table `filter'")]
    [InlineData("conntrack -V", "conntrack v1.")]
    [InlineData("ipset -v", "ipset v7.")]
    public async Task A_foreign_program_starts_and_is_refused_its_socket_by_qemu(string line, string said)
    {
        ChildResult answer = await (await RootAsync(Foreign)).ShellAsync(line);

        Assert.Contains(said, answer.Output + answer.Error, StringComparison.Ordinal);
    }

    private async Task<ImageRoot> RootAsync(string architecture) => await (await fixture.GetAsync()).RootAsync("kubelet", architecture);
}
