using System.Text;
using Slipway.Testing;

namespace Slipway.Tuf.Tests;

/// <summary>What is kept between runs: whole or not at all, whoever else writes, and believed only when it is proven again.</summary>
public sealed class MetadataStoreTests : IAsyncLifetime
{
    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    private string File => Path.Combine(_scene.Store.Folder, "trusted.json");

    private string TargetFile => $"targets/{TestRepository.Hash(Repository.Targets[TestRepository.Target])}.{TestRepository.Target}";

    public async ValueTask InitializeAsync() => _scene = await TufScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task What_a_killed_process_left_is_in_nobodys_way()
    {
        await _scene.UpdateAsync();
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File + ".unfinished", whole.AsMemory(0, whole.Length / 2));
        Assert.Equal(1, (await _scene.TrustedAsync())!.TimestampVersion);
        Repository.Renew();
        await _scene.UpdateAsync();
        Assert.Equal(2, (await _scene.TrustedAsync())!.TimestampVersion);
        Assert.False(System.IO.File.Exists(File + ".unfinished"));
    }

    [Fact]
    public async Task A_file_cut_anywhere_is_none_and_is_written_again()
    {
        await _scene.UpdateAsync();
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File);
        for (int part = 0; part < 50; part++)
        {
            await System.IO.File.WriteAllBytesAsync(File, whole.AsMemory(0, whole.Length * part / 50));
            Assert.Null(_scene.Store.ReadTrusted());
        }

        await _scene.UpdateAsync();
        Assert.Equal(whole, await System.IO.File.ReadAllBytesAsync(File));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "files": { "timestamp.json": "!" } }""")]
    [InlineData("""{ "files": { "timestamp.json": 1 } }""")]
    [InlineData("""{ "files": [] }""")]
    public async Task A_file_of_another_form_is_none(string text)
    {
        await _scene.UpdateAsync();
        await System.IO.File.WriteAllTextAsync(File, text);
        Assert.Null(_scene.Store.ReadTrusted());
    }

    [Fact]
    public async Task A_file_that_somebody_changed_proves_nothing()
    {
        await _scene.UpdateAsync();
        RecordedFiles kept = _scene.Store.ReadTrusted()!;
        foreach ((string path, ReadOnlyMemory<byte> content) in kept.Files)
        {
            byte[] changed = content.ToArray();
            int at = Encoding.UTF8.GetString(changed).IndexOf('1', StringComparison.Ordinal);
            changed[at < 0 ? 0 : at] ^= 1;
            await Assert.ThrowsAsync<TufException>(() =>
                _scene.Client.ReplayAsync(kept.With(path, changed), TestRepository.Target, CancellationToken.None)
            );
            await Assert.ThrowsAsync<TufException>(() =>
                _scene.Client.ReplayAsync(kept.Where(name => name != path), TestRepository.Target, CancellationToken.None)
            );
        }
    }

    [Fact]
    public async Task What_expired_is_proven_all_the_same()
    {
        await _scene.UpdateAsync();
        _scene.Time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(1, (await _scene.TrustedAsync())!.TimestampVersion);
    }

    [Fact]
    public async Task Roots_that_somebody_changed_are_read_again()
    {
        Repository.PublishRoot();
        await _scene.UpdateAsync();
        string roots = Path.Combine(_scene.Store.Folder, "roots.json");
        await System.IO.File.WriteAllTextAsync(roots, """{ "files": { "2.root.json": "AAAA", "3.root.json": "AAAA" } }""");
        Repository.Renew();
        Assert.Equal(2, (await _scene.UpdateAsync()).RootVersion);
        Assert.Equal(Repository.Files["2.root.json"], _scene.Store.ReadRoots().Files["2.root.json"].ToArray());
    }

    [Fact]
    public async Task Of_two_at_once_the_newer_state_stays()
    {
        await _scene.UpdateAsync();
        VerifiedTarget old = (await _scene.TrustedAsync())!;
        Repository.Renew(TestKeys.TrustedRoot("two"));
        await _scene.UpdateAsync();
        // Another process that had read the older state comes to keep it late.
        RecordedRepository late = new(old.Files);
        await _scene.Client.UpdateAsync(late, null, _scene.Store, TestRepository.Target, CancellationToken.None);
        Assert.Equal(2, (await _scene.TrustedAsync())!.TimestampVersion);
    }

    [Fact]
    public async Task Many_at_once_leave_one_whole_state()
    {
        await _scene.UpdateAsync();
        for (int round = 0; round < 5; round++)
        {
            Repository.Renew(TestKeys.TrustedRoot($"round {round}"));
            await _scene.UpdateAsync();
            Task<VerifiedTarget>[] updates =
            [
                .. Enumerable
                    .Range(0, 8)
                    .Select(_ =>
                        Task.Run(() =>
                            _scene.Client.UpdateAsync(
                                _scene.Remote,
                                null,
                                new MetadataStore(_scene.Store.Folder),
                                TestRepository.Target,
                                CancellationToken.None
                            )
                        )
                    ),
            ];
            Assert.All(await Task.WhenAll(updates), target => Assert.Equal(round + 2, target.TimestampVersion));
            Assert.Equal(TestKeys.TrustedRoot($"round {round}"), (await _scene.TrustedAsync())!.Content.ToArray());
        }
    }

    [Fact]
    public async Task Who_writes_waits_for_whoever_does()
    {
        Directory.CreateDirectory(_scene.Store.Folder);
        FileStream held = new(Path.Combine(_scene.Store.Folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        Task<VerifiedTarget> update = _scene.UpdateAsync();
        while (_scene.Server.CountOf(TargetFile) == 0 && !update.IsCompleted)
            await Task.Delay(5);
        Assert.Null(_scene.Store.ReadTrusted());
        Assert.False(update.IsCompleted);
        await held.DisposeAsync();
        await update;
        Assert.NotNull(_scene.Store.ReadTrusted());
    }

    [Fact]
    public async Task Waiting_for_whoever_writes_ends_when_the_run_is_stopped()
    {
        Directory.CreateDirectory(_scene.Store.Folder);
        await using FileStream held = new(
            Path.Combine(_scene.Store.Folder, "lock"),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.None
        );
        using CancellationTokenSource stop = new();
        Task write = _scene.Store.WriteTrustedAsync(RecordedFiles.None, _ => Task.FromResult(true), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_said()
    {
        using ScratchFolder folder = new();
        MetadataStore store = new(Path.Combine(folder.Write("file", ""), "store"));
        IOException problem = await Assert.ThrowsAnyAsync<IOException>(() =>
            _scene.Client.UpdateAsync(new RecordedRepository(Repository.Files), null, store, TestRepository.Target, CancellationToken.None)
        );
        Assert.Contains("--cache-directory", problem.Message, StringComparison.Ordinal);
    }
}
