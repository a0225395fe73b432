using Slipway.Graph.Tests;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What a person sees: the screen of a real terminal.</summary>
public sealed class TerminalTests : IAsyncLifetime
{
    /// <summary>Runs a command in a terminal that is $1 wide with the tmux after it, up to a <c>--</c>, and prints its screen.</summary>
    private const string InTmux = """
        width=$1 socket=$(mktemp -u) tmux=() && shift
        while [[ $1 != -- ]]; do tmux+=("$1") && shift; done
        shift
        tmux+=(-S "$socket" -f /dev/null)
        "${tmux[@]}" new-session -d -x "$width" -y 400 "$(printf '%q ' "$@"); echo; echo ended-\$?; sleep 60"
        for _ in $(seq 600); do
          screen=$("${tmux[@]}" capture-pane -p)
          [[ $screen == *$'\n'ended-* ]] && break
          sleep 0.1
        done
        "${tmux[@]}" kill-server
        printf '%s\n' "$screen"
        """;

    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await UpstreamImage.CreateAsync(("a", 1000));
        await _repository.CommitAsync("tools", $"tools/{UpstreamImage.Version}");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(200)]
    public async Task Tables_of_a_rehearsal_break_no_word_at_any_width(int width)
    {
        string[] screen = await ScreenAsync(width, "xterm-256color", "Rehearse");

        Assert.Contains("ended-0", screen);
        foreach (string word in (string[])["linux/amd64", $"{UpstreamImage.Version}-amd64", "docker.io", "verified", "Succeeded"])
            Assert.Contains(screen, line => line.Contains(word, StringComparison.Ordinal));
        Assert.DoesNotContain(screen, line => line.Contains("?[", StringComparison.Ordinal));
        Assert.Contains(screen, line => line.Contains('╭'));
    }

    [Fact]
    public async Task A_dumb_terminal_gets_letters_alone()
    {
        string[] screen = await ScreenAsync(120, "dumb", "Rehearse");

        Assert.Contains("ended-0", screen);
        Assert.All(screen, line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
    }

    [Fact]
    public async Task An_error_is_on_the_screen_once_and_last()
    {
        string[] screen = await ScreenAsync(200, "xterm-256color", "Publish", "--signing-key", "/nothing/here.key");

        int at = Array.FindIndex(screen, line => line.Contains("/nothing/here.key", StringComparison.Ordinal));
        Assert.Equal(at, Array.FindLastIndex(screen, line => line.Contains("/nothing/here.key", StringComparison.Ordinal)));
        Assert.True(at > Array.FindIndex(screen, line => line.Contains("Status", StringComparison.Ordinal)), string.Join('\n', screen));
        Assert.StartsWith("Build failed on ", screen[(at + 1)..].First(line => line.Length > 0), StringComparison.Ordinal);
    }

    private async Task<string[]> ScreenAsync(int width, string terminal, params string[] arguments)
    {
        PeerProgram tmux = await PeerPrograms.RequireAsync(Peer.Tmux);
        SlipwayCommand slipway = _repository.Slipway with
        {
            Prefix = ["bash", "-c", InTmux, "bash", $"{width}", .. tmux.Prefix, tmux.File, "--", "env", $"TERM={terminal}"],
            Cache = _repository.Beside("cache"),
            Variables = new Dictionary<string, string?>(_repository.Slipway.Variables)
            {
                ["NO_COLOR"] = null,
                ["TERM"] = "xterm-256color",
                ["LANG"] = "C.UTF-8",
            },
        };
        ChildResult shown = await slipway.RunAsync([.. arguments, "--upstream-mirror", _repository.Mirror.Path]);
        return [.. shown.Require().Output.Split('\n').Select(line => line.TrimEnd())];
    }
}
