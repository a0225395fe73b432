using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>Whatever a shell or a service manager closed, a run ends as it would have ended.</summary>
public sealed class StandardFilesTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync() => _repository = await UpstreamImage.CreateAsync(("a", 10));

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData(">&-")]
    [InlineData("<&-")]
    [InlineData(">&- 2>&-")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData("2>/dev/full")]
    [InlineData("2</dev/null")]
    public async Task A_closed_file_changes_no_exit_code_and_nothing_is_written_into_another(string closed)
    {
        Assert.Equal(64, (await RunAsync("Verify --reference oci:/nothing/here", closed)).ExitCode);
        ChildResult assembled = await RunAsync($"Assemble --upstream-mirror {_repository.Mirror.Path}", closed);
        Assert.Equal(0, assembled.ExitCode);
        Assert.True(File.Exists(Path.Combine(_repository.Layout("tools"), "index.json")));
    }

    [Fact]
    public async Task A_reader_that_went_away_ends_nothing()
    {
        ChildResult result = await RunAsync("--help", "| head -n 1; exit ${PIPESTATUS[0]}");
        Assert.Equal((0, "Usage: ./build.sh [Target ...] [--parameter value ...]\n"), (result.ExitCode, result.Output));
    }

    [Fact]
    public async Task A_full_disk_under_the_result_is_told()
    {
        ChildResult result = await RunAsync("--help", ">/dev/full");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("space", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    private Task<ChildResult> RunAsync(string arguments, string redirection) =>
        new ChildProcess(
            "/bin/bash",
            "-c",
            $"{SlipwayCommand.Dotnet} exec {SlipwayCommand.Compiled} {arguments} --root {_repository.Root} "
                + $"--cache-directory {_repository.Beside("cache")} {redirection}"
        )
        {
            WorkingDirectory = _repository.Root,
            Variables = new Dictionary<string, string?> { ["NO_COLOR"] = "1" },
        }.RunAsync();
}
