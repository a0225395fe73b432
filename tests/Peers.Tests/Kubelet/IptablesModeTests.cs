using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Which mode the kubelet image's iptables takes, in a network namespace of its own and on a root that cannot be written to.
/// Native programs alone: qemu-user lacks the sockets.
/// </summary>
[Collection(ReleasedImages.Name)]
public sealed class IptablesModeTests(ReleaseFixture fixture)
{
    private const string Rule = "-A INPUT -s 192.0.2.1 -j ACCEPT";

    [Theory]
    [InlineData("true", "nf_tables")]
    [InlineData("iptables-nft " + Rule, "nf_tables")]
    [InlineData("iptables-legacy " + Rule, "legacy")]
    [InlineData("ip6tables-legacy -A INPUT -s 2001:db8::1 -j ACCEPT", "legacy")]
    [InlineData("iptables-legacy -L", "nf_tables")]
    [InlineData("iptables-legacy " + Rule + "; ip6tables-nft -A INPUT -j ACCEPT", "nf_tables")]
    [InlineData("iptables-legacy " + Rule + "; iptables-nft -t mangle -N KUBE-IPTABLES-HINT", "nf_tables")]
    [InlineData("iptables-legacy " + Rule + "; ip6tables-nft -t mangle -N KUBE-KUBELET-CANARY", "nf_tables")]
    [InlineData("iptables-nft " + Rule + "; iptables-legacy -t mangle -N KUBE-IPTABLES-HINT", "legacy")]
    [InlineData("iptables-nft " + Rule + "; ip6tables-legacy -t mangle -N KUBE-KUBELET-CANARY", "legacy")]
    [InlineData("iptables-nft -t mangle -N KUBE-IPTABLES-HINT; iptables-legacy -t mangle -N KUBE-IPTABLES-HINT", "nf_tables")]
    [InlineData("iptables-legacy -t mangle -N KUBE-IPTABLES-HINT-NOT", "nf_tables")]
    public async Task The_mode_is_that_of_the_rules_and_of_the_kubelets_chains(string before, string mode)
    {
        ChildResult answer = await LineAsync(
            $"{before} >/dev/null; iptables --version; ip6tables --version; iptables-save --version; ip6tables-restore --version"
        );

        Assert.Equal(4, answer.Lines.Count);
        Assert.All(answer.Lines, line => Assert.EndsWith($"({mode})", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nft", "iptables-legacy " + Rule, "nf_tables")]
    [InlineData("legacy", "true", "legacy")]
    public async Task The_environment_has_the_last_word(string wanted, string before, string mode) =>
        Assert.EndsWith(
            $"({mode})",
            (await LineAsync($"{before}; IPTABLES_MODE={wanted} iptables --version")).Lines[0],
            StringComparison.Ordinal
        );

    [Fact]
    public async Task The_mode_needs_no_search_path()
    {
        ChildResult answer = await LineAsync($"iptables-legacy {Rule}; PATH=/nowhere /usr/sbin/iptables --version");

        Assert.EndsWith("(legacy)\n", answer.Output, StringComparison.Ordinal);
        Assert.Equal("", answer.Error);
    }

    [Fact]
    public async Task Looking_makes_no_table_in_either_mode()
    {
        Assert.Equal(
            "",
            (
                await LineAsync(
                    "iptables-save; ip6tables-save; iptables-nft-save; ip6tables-nft-save; cat /proc/net/ip_tables_names "
                        + "/proc/net/ip6_tables_names 2>/dev/null || true"
                )
            ).Output
        );
        Assert.Equal(
            "filter\n",
            (
                await LineAsync(
                    $"iptables-legacy {Rule}; iptables --version >/dev/null; cat /proc/net/ip_tables_names "
                        + "/proc/net/ip6_tables_names 2>/dev/null || true"
                )
            ).Output
        );
    }

    [Theory]
    [InlineData("true", "iptables-nft")]
    [InlineData("iptables-legacy " + Rule, "iptables-legacy")]
    public async Task Arguments_and_standard_input_reach_the_program(string before, string program)
    {
        ChildResult answer = await LineAsync(
            $"""
            {before}
            printf '*nat\n:A-CHAIN -\n-A A-CHAIN -m comment --comment "two words" -j ACCEPT\nCOMMIT\n' | iptables-restore -w 5 --noflush
            {program} -t nat -S A-CHAIN
            iptables -t nat -S NO-CHAIN || echo failed $?
            """
        );

        Assert.Contains("-A A-CHAIN -m comment --comment \"two words\" -j ACCEPT\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("failed 1\n", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IPTABLES_MODE=both iptables -S", "iptables: IPTABLES_MODE: wanted nft or legacy, got 'both'")]
    [InlineData("IPTABLES_MODE='a\\nb\\c' iptables -S", "iptables: IPTABLES_MODE: wanted nft or legacy, got 'a\\nb\\c'\n")]
    [InlineData("ln -s /usr/sbin/iptables /tmp/iptables-apply && /tmp/iptables-apply", "known as iptables or ip6tables alone")]
    public async Task What_cannot_be_meant_is_refused(string line, string because)
    {
        ChildResult answer = await (await RootAsync()).ShellAsync(line);

        Assert.Equal(2, answer.ExitCode);
        Assert.Contains(because, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_rights_the_program_itself_says_so()
    {
        ChildResult answer = await (await RootAsync()).ShellAsync("setpriv --reuid 65534 --clear-groups --bounding-set -all iptables -S");

        Assert.NotEqual(0, answer.ExitCode);
        Assert.Contains("Permission denied (you must be root)", answer.Error, StringComparison.Ordinal);
    }

    private async Task<ChildResult> LineAsync(string line) => (await (await RootAsync()).ShellAsync(line)).Require();

    private async Task<ImageRoot> RootAsync() => await (await fixture.GetAsync()).RootAsync("kubelet", PeerPrograms.Native.Architecture);
}
