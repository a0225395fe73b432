using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A page of <c>docs/</c> whose shell commands a test runs as they stand, one block after the other, in a checkout.</summary>
internal sealed partial class WalkedDocument : IDisposable
{
    private readonly ScratchFolder _home = new();
    private readonly ScratchRepository _repository;

    private WalkedDocument(ScratchRepository repository) => _repository = repository;

    public ScratchRepository Repository => _repository;

    /// <summary>In a checkout whose <c>build.sh</c> starts the product that the tests built.</summary>
    public static async Task<WalkedDocument> InAsync(ScratchRepository repository, string cache)
    {
        repository.Write(
            "build.sh",
            $"#!/bin/sh\nexec '{SlipwayCommand.Dotnet}' exec '{SlipwayCommand.Compiled}' \"$@\" --root '{repository.Root}' --cache-directory '{cache}'\n"
        );
        File.SetUnixFileMode(repository.At("build.sh"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await repository.CommitAsync("begin");
        return new WalkedDocument(repository);
    }

    /// <summary>The shell blocks of a page, in order.</summary>
    public static string[] BlocksOf(string page) =>
        [.. Block().Matches(File.ReadAllText(SourceTree.At("docs", page)).ReplaceLineEndings("\n")).Select(block => block.Groups[1].Value)];

    /// <summary>Runs one as a person would who stops at the first command that fails.</summary>
    public async Task<ChildResult> RunAsync(string block) =>
        await new ChildProcess("bash", "-euc", block)
        {
            WorkingDirectory = _repository.Root,
            Variables = new Dictionary<string, string?>(_repository.Slipway.Variables) { ["HOME"] = _home.Path },
        }.RunAsync();

    public void Dispose()
    {
        _repository.Dispose();
        _home.Dispose();
    }

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
