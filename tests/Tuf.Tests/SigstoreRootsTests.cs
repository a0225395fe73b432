using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Tuf.Tests;

/// <summary>Which trusted root is used.</summary>
public sealed class SigstoreRootsTests : IAsyncLifetime
{
    private TufScene _scene = null!;

    private TestRepository Repository => _scene.Repository;

    public async ValueTask InitializeAsync() => _scene = await TufScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Fact]
    public async Task Without_a_refreshed_one_it_is_the_embedded_one_and_nothing_is_written()
    {
        TrustedRootFile current = await Roots().CurrentAsync(CancellationToken.None);
        Assert.Equal((TrustedRootOrigin.Embedded, null), (current.Origin, current.PassedOver));
        Assert.Equal(TestKeys.TrustedRoot("one"), current.Content.ToArray());
        Assert.False(Directory.Exists(_scene.Store.Folder));
    }

    [Fact]
    public async Task A_refreshed_one_is_used_from_then_on_though_it_expires()
    {
        SigstoreRoots roots = Roots();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        TrustedRootFile refreshed = await RefreshAsync(roots);
        Assert.Equal(TrustedRootOrigin.Refreshed, refreshed.Origin);
        _scene.Time.Advance(TimeSpan.FromDays(1000));
        TrustedRootFile current = await roots.CurrentAsync(CancellationToken.None);
        Assert.Equal((TrustedRootOrigin.Refreshed, 2), (current.Origin, current.Metadata!.TimestampVersion));
        Assert.Equal(TestKeys.TrustedRoot("two"), current.Content.ToArray());
    }

    [Fact]
    public async Task One_that_somebody_changed_is_passed_over_and_it_is_said_why()
    {
        SigstoreRoots roots = Roots();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        await RefreshAsync(roots);
        RecordedFiles kept = _scene.Store.ReadTrusted()!;
        string target = kept.Files.Keys.Single(path => path.StartsWith("targets/", StringComparison.Ordinal));
        await _scene.Store.WriteTrustedAsync(kept.With(target, TestKeys.TrustedRoot("bad")), _ => Task.FromResult(true), default);
        TrustedRootFile current = await roots.CurrentAsync(CancellationToken.None);
        Assert.Equal(TrustedRootOrigin.Embedded, current.Origin);
        Assert.Contains("trusted_root.json: wanted sha256:", current.PassedOver, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_older_than_what_a_newer_program_brings_along_is_passed_over()
    {
        await RefreshAsync(Roots());
        Repository.Renew(TestKeys.TrustedRoot("two"));
        TrustedRootFile current = await Roots().CurrentAsync(CancellationToken.None);
        Assert.Equal(TestKeys.TrustedRoot("two"), current.Content.ToArray());
        Assert.Equal(TrustedRootOrigin.Embedded, current.Origin);
        Assert.Contains("older", current.PassedOver, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_older_than_what_is_embedded_is_a_rollback_at_the_very_first_refresh()
    {
        RecordedRepository old = new(Repository.Files);
        Repository.Renew();
        TufException problem = await Assert.ThrowsAsync<TufException>(() => Roots().RefreshAsync(old, CancellationToken.None));
        Assert.Equal(TufFailure.Rollback, problem.Failure);
    }

    [Fact]
    public async Task A_refresh_that_fails_changes_nothing()
    {
        SigstoreRoots roots = Roots();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        await RefreshAsync(roots);
        Repository.Roles["timestamp"] = Repository.Roles["timestamp"] with { Signers = [TestKeys.Stranger] };
        Repository.Renew(TestKeys.TrustedRoot("three"));
        await Assert.ThrowsAsync<TufException>(() => RefreshAsync(roots));
        Assert.Equal(TestKeys.TrustedRoot("two"), (await roots.CurrentAsync(CancellationToken.None)).Content.ToArray());
    }

    [Fact]
    public async Task What_is_vouched_for_and_no_trusted_root_takes_no_ones_place()
    {
        SigstoreRoots roots = Roots();
        Repository.Renew(TestKeys.TrustedRoot("two"));
        await RefreshAsync(roots);
        Repository.Renew("{}"u8.ToArray());
        await Assert.ThrowsAsync<ContentException>(() => RefreshAsync(roots));
        TrustedRootFile current = await roots.CurrentAsync(CancellationToken.None);
        Assert.Equal((TrustedRootOrigin.Refreshed, null), (current.Origin, current.PassedOver));
        Assert.Equal(TestKeys.TrustedRoot("two"), current.Content.ToArray());
    }

    [Fact]
    public async Task The_public_good_instances_own_is_refreshed_from_what_it_published()
    {
        using ScratchFolder folder = new();
        SigstoreRoots roots = new(folder.At("roots"), new ManualTime(new DateTimeOffset(2026, 8, 22, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal(TrustedRootOrigin.Embedded, (await roots.CurrentAsync(CancellationToken.None)).Origin);
        TrustedRootFile refreshed = await roots.RefreshAsync(PublicGood.Embedded, CancellationToken.None);
        Assert.Equal(762, refreshed.Metadata!.TimestampVersion);
        Assert.Equal(TrustedRootOrigin.Refreshed, (await roots.CurrentAsync(CancellationToken.None)).Origin);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{ "mediaType": "application/json", "tlogs": [{}], "certificateAuthorities": [{}] }""")]
    [InlineData("""{ "mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json", "tlogs": [{}] }""")]
    [InlineData("""{ "mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json", "certificateAuthorities": [{}] }""")]
    [InlineData("""{ "mediaType": "application/vnd.dev.sigstore.trustedroot.v0.2+json", "tlogs": {}, "certificateAuthorities": [{}] }""")]
    public void A_file_that_is_no_trusted_root_is_refused(string text) =>
        Assert.Throws<ContentException>(() => TrustedRootSummary.Of(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_file_that_somebody_names_is_read_and_named_when_it_is_wrong()
    {
        using ScratchFolder folder = new();
        string file = folder.Write("root.json", Encoding.UTF8.GetString(TestKeys.TrustedRoot("mine")));
        TrustedRootFile given = TrustedRootFile.Given(file);
        Assert.Equal((TrustedRootOrigin.Given, file, null), (given.Origin, given.Place, given.Metadata));
        Assert.Equal("https://mine.test", given.Summary.Of(TrustedService.TransparencyLog)[0].Address);
        string wrong = folder.Write("wrong.json", "{}");
        Assert.StartsWith(wrong, Assert.Throws<ContentException>(() => TrustedRootFile.Given(wrong)).Message, StringComparison.Ordinal);
    }

    /// <summary>A program that was made when the repository was as it is now.</summary>
    private SigstoreRoots Roots() =>
        new(_scene.Store.Folder, _scene.Time, Repository.Pinned, new RecordedRepository(new Dictionary<string, byte[]>(Repository.Files)));

    private Task<TrustedRootFile> RefreshAsync(SigstoreRoots roots) =>
        roots.RefreshAsync(new RecordedRepository(Repository.Files), CancellationToken.None);
}
