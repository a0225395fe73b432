using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Each shell completes by the script that is made for it, in a checkout and without starting anything of that.</summary>
public sealed class CompletionTests : IAsyncLifetime
{
    internal const string PowerShell = "pwsh";
    private const string PowerShellVersion = "7.6.9";

    private const string ForBash = """
        source "$1"
        read -ra COMP_WORDS <<<"$2"
        [[ $2 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_LINE=$2 COMP_POINT=${#2}
        "_build_sh"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    /// <summary>Of zsh only what a terminal shows can be seen: the last word of the line after a key press.</summary>
    private const string ForZsh = """
        script=$1 line=$2 socket=$(mktemp -u) && shift 2
        tmux=("$@" -S "$socket" -f /dev/null)
        "${tmux[@]}" new-session -d -x 200 -y 50 zsh -f
        "${tmux[@]}" send-keys "autoload -U compinit; compinit -u -D; source $script; PS1='rea''dy> '" Enter
        screen() { "${tmux[@]}" capture-pane -p; }
        await() { for _ in $(seq 100); do [[ $(screen) == *"$1"* ]] && return; sleep 0.1; done; }
        await 'ready>'
        "${tmux[@]}" send-keys -l "$line"
        "${tmux[@]}" send-keys Tab
        "${tmux[@]}" send-keys -l 'X'
        await 'X'
        screen | sed -n 's/ *X.*$//; s/^ready> .* //p' | tail -n 1
        "${tmux[@]}" kill-server
        """;

    private const string ForPowerShell = """
        param($Script, $Line)
        Get-Content -Raw $Script | Invoke-Expression
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
        """;

    private readonly ScratchFolder _folder = new();
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync()
    {
        _repository = await ScratchRepository.CreateAsync();
        _repository.Write("images/kubelet/image.yaml", "");
        _repository.Write("images/keys/readme", "");
        _repository.Write("build.sh", $"#!/bin/sh\ntouch {_folder.At("started")}\n");
        File.SetUnixFileMode(_repository.At("build.sh"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await _repository.CommitAsync("images", "kubelet/v1.0.0");
    }

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData(PowerShell)]
    public async Task A_shell_completes_targets_parameters_values_images_and_tags(string shell)
    {
        ChildResult script = (await _repository.Slipway.RunAsync("completion", shell)).Require();
        string file = _folder.Write($"completion.{shell}", script.Output);
        foreach (
            (string line, string word) in ((string, string)[])
                [
                    ("./build.sh Assem", "Assemble"),
                    ("./build.sh assem", "Assemble"),
                    ("./build.sh Fetch Assem", "Assemble"),
                    ("./build.sh Scan --refr", "--refresh"),
                    ("./build.sh Scan --fail-on hi", "high"),
                    ("./build.sh NewImage --from scr", "scratch"),
                    ("./build.sh Lock --images k", "kubelet"),
                    ("./build.sh Sign --tag k", "kubelet/v1.0.0"),
                    ("./build.sh completion fi", "fish"),
                ]
        )
            Assert.Equal((line, word), (line, await AskAsync(shell, file, line)));
        Assert.False(File.Exists(_folder.At("started")));
    }

    /// <summary>Lines that have more than one end are not asked of zsh, which shows them in a menu.</summary>
    [Theory]
    [InlineData("bash")]
    [InlineData("fish")]
    [InlineData(PowerShell)]
    public async Task Parameters_are_those_of_the_target_and_an_unknown_one_gets_all(string shell)
    {
        string file = _folder.Write($"completion.{shell}", (await _repository.Slipway.RunAsync("completion", shell)).Require().Output);
        string[] ofNew = (await AskAsync(shell, file, "./build.sh NewImage --")).Split('\n');
        string[] ofAny = (await AskAsync(shell, file, "./build.sh Nothing --")).Split('\n');
        Assert.Contains("--from", ofNew);
        Assert.DoesNotContain("--sarif", ofNew);
        Assert.Contains("--sarif", ofAny);
        Assert.Superset(ofNew.ToHashSet(), ofAny.ToHashSet());
        Assert.Equal(ofAny.Distinct(), ofAny);
    }

    private async Task<string> AskAsync(string shell, string script, string line)
    {
        ChildProcess asked = shell switch
        {
            "bash" => new ChildProcess("bash", "-c", ForBash, "bash", script, line),
            "fish" => await WithAsync(Peer.Fish, "-c", "source $argv[1]; complete -C $argv[2]", script, line),
            "zsh" => await InTerminalAsync(script, line),
            _ => new ChildProcess(
                SlipwayCommand.Dotnet,
                "exec",
                await PowerShellAsync(),
                "-NoProfile",
                "-NonInteractive",
                "-File",
                _folder.Write("ask.ps1", ForPowerShell),
                script,
                line
            ),
        };
        return (await (asked with { WorkingDirectory = _repository.Root }).RunAsync()).Require().Output.TrimEnd();
    }

    private static async Task<ChildProcess> InTerminalAsync(string script, string line)
    {
        await PeerPrograms.RequireAsync(Peer.Zsh);
        PeerProgram tmux = await PeerPrograms.RequireAsync(Peer.Tmux);
        return new ChildProcess("bash", ["-c", ForZsh, "bash", script, line, .. tmux.Prefix, tmux.File]);
    }

    private static async Task<ChildProcess> WithAsync(Peer peer, params string[] arguments) =>
        new((await PeerPrograms.RequireAsync(peer)).File, arguments);

    /// <summary>A tool of NuGet's.</summary>
    private static async Task<string> PowerShellAsync()
    {
        string folder = Path.Combine(TestCache.Peers, $"powershell-{PowerShellVersion}");
        try
        {
            await TestCache.FolderAsync(folder, async unfinished =>
                (
                    await new ChildProcess(
                        SlipwayCommand.Dotnet,
                        "tool",
                        "install",
                        "PowerShell",
                        "--version",
                        PowerShellVersion,
                        "--tool-path",
                        unfinished
                    ).RunAsync()
                ).Require()
            );
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw PeerPrograms.Missing(PowerShell, e.Message);
        }

        return Directory
            .EnumerateFiles(folder, "pwsh.dll", SearchOption.AllDirectories)
            .Single(file => OperatingSystem.IsWindows() == (Path.GetFileName(Path.GetDirectoryName(file)) == "win"));
    }
}
