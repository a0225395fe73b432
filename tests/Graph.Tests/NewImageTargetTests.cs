using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>NewImage and Check, as they refuse and doubt.</summary>
public sealed class NewImageTargetTests : IAsyncLifetime
{
    private ScratchRepository _repository = null!;

    public async ValueTask InitializeAsync() => _repository = await ScratchRepository.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _repository.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("../hello")]
    [InlineData("hello world")]
    [InlineData("hello-")]
    [InlineData("a--b")]
    [InlineData("a123456789a123456789a123456789a123456789a")]
    public async Task A_name_that_is_none_is_refused_and_nothing_is_written(string name)
    {
        ChildResult result = (await RunAsync("NewImage", name)).Require(64);
        Assert.Contains("wanted lower-case letters and digits", result.Error, StringComparison.Ordinal);
        Assert.Equal(["keys"], Directory.EnumerateFileSystemEntries(_repository.At("images")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task What_is_there_is_not_written_over()
    {
        _repository.Write("images/hello/image.yaml", "mine");
        ChildResult result = (await RunAsync("NewImage", "hello")).Require(64);
        Assert.Contains("images/hello is there already", result.Error, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(_repository.At("images", "hello", "image.yaml")));
        Assert.Single(Directory.EnumerateFileSystemEntries(_repository.At("images", "hello")));
        (await RunAsync("NewImage")).Require(64);
        (await RunAsync("NewImage", "other", "--from", "alpine")).Require(64);
    }

    [Theory]
    [InlineData("image.yaml", "title: hello", "titel: hello", "did you mean 'title'?")]
    [InlineData("image.yaml", "platforms: [linux/amd64, linux/arm64]", "platforms: [linux/amd46]", "images/hello/image.yaml:")]
    [InlineData("contract.yaml", "compressedMiB: 2,", "compressedMib: 2,", "did you mean 'compressedMiB'?")]
    public async Task A_mistake_is_told_with_its_place(string file, string old, string changed, string told)
    {
        (await RunAsync("NewImage", "hello")).Require();
        await ReplaceAsync(file, old, changed);
        ChildResult result = (await RunAsync("Check")).Require(78);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
        Assert.Matches($@"images/hello/{file}:\d+:\d+: ", result.Error);
    }

    [Fact]
    public async Task A_missing_contract_a_misspelt_package_and_silent_packages_are_told_before_anything_is_built()
    {
        (await RunAsync("NewImage", "hello")).Require();
        await ReplaceAsync("image.yaml", "busybox-static", "busybox-statik");
        await ReplaceAsync("image.yaml", "  essential: false\n", "");
        // Another image's lock knows the package that was meant.
        (await RunAsync("NewImage", "other", "--from", "scratch")).Require();
        string lockFile = await File.ReadAllTextAsync(SourceTree.At("images", "flannel-cni", "image.lock.json"));
        _repository.Write("images/other/image.lock.json", lockFile.Replace("\"flannel-cni\"", "\"other\"", StringComparison.Ordinal));

        ChildResult doubts = (await RunAsync("Check")).Require();
        Assert.Matches(
            @"note: images/hello/image\.yaml:\d+:\d+: package busybox-statik is in no lock here; did you mean busybox-static\?",
            doubts.Error
        );
        Assert.Matches(@"note: images/hello/image\.yaml:\d+:\d+: 'essential' is not written", doubts.Error);

        File.Delete(_repository.At("images", "hello", "contract.yaml"));
        Assert.Contains("contract.yaml", (await RunAsync("Check")).Require(78).Error, StringComparison.Ordinal);
        ChildResult rehearsal = (await RunAsync("Rehearse", "--images", "hello")).Require(78);
        Assert.Contains("contract.yaml", rehearsal.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("assembling", rehearsal.Error, StringComparison.Ordinal);
    }

    private Task<ChildResult> RunAsync(params string[] arguments) => _repository.Slipway.RunAsync(arguments);

    private async Task ReplaceAsync(string file, string old, string changed)
    {
        string path = _repository.At("images", "hello", file),
            text = await File.ReadAllTextAsync(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, text.Replace(old, changed, StringComparison.Ordinal));
    }
}
