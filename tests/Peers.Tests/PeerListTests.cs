using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The list of real programs, <c>.ci/peers.txt</c>: it names all that tests know, and all of them are here.</summary>
public sealed class PeerListTests
{
    public static TheoryData<string> Names => [.. Peer.All.Select(peer => peer.Name)];

    [Fact]
    public void The_list_names_exactly_the_peers_that_tests_know() =>
        Assert.Equal(
            Peer.All.Select(peer => peer.Name)
                .Append(ApiDescription.PeerName)
                .Append(SarifMultitoolTests.PeerName)
                .Append(ReportTests.AxeName)
                .Append(CompletionTests.PowerShell)
                .Append(CycloneDxLibraryTests.Library.Name)
                .Concat(WorkflowJudge.All.Select(judge => judge.Name))
                .Order(StringComparer.Ordinal),
            PeerPrograms.Listed().Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_peer_is_here_and_answers(string name)
    {
        PeerProgram program = await PeerPrograms.RequireAsync(Peer.All.Single(peer => peer.Name == name));

        ChildResult answer = await program.RunAsync(
            name switch
            {
                "cosign" or "cosign-3" or "go" or "openssl" or "oras" => "version",
                "ip" or "tmux" => "-V",
                "debsecan" or "pyspdxtools" => "--help",
                _ => "--version",
            }
        );

        answer.Require();
        Assert.Matches(@"\d+\.\d+|\(devel\)|iproute2|Usage: debsecan", answer.Output + answer.Error);
    }

    [Theory]
    [InlineData("cosign", "GitVersion")]
    [InlineData("oras", "Version")]
    public async Task A_peer_that_is_not_on_PATH_is_fetched_from_Debian_and_starts_with_its_own_libraries(string name, string said)
    {
        PeerProgram program = await PeerPrograms.RequireAsync(Peer.All.Single(peer => peer.Name == name));
        if (PeerPrograms.OnPath(name) is null)
            Assert.StartsWith(TestCache.Peers, program.File, StringComparison.Ordinal);

        Assert.Contains(said, (await program.RunAsync("version")).Require().Output, StringComparison.Ordinal);
    }
}
