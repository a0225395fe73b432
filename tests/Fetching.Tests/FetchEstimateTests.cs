namespace Slipway.Fetching.Tests;

public sealed class FetchEstimateTests
{
    private readonly FixedTime _time = new(DateTimeOffset.UnixEpoch);

    [Theory]
    [InlineData(10, 50_000_000L, 5_000_000L, "3 of 9 files, 50.0 of 55.0 MB, about 1 s left")]
    [InlineData(10, 50_000_000L, 150_000_000L, "3 of 9 files, 50.0 of 200.0 MB, about 30 s left")]
    [InlineData(10, 1_000_000L, 30_000_000L, "3 of 9 files, 1.0 of 31.0 MB, about 5 min left")]
    [InlineData(10, 1_000_000L, 900_000_000L, "3 of 9 files, 1.0 of 901.0 MB, about 2.5 h left")]
    [InlineData(1, 50_000_000L, 5_000_000L, "3 of 9 files, 50.0 of 55.0 MB")]
    [InlineData(10, 0L, 5_000_000L, "3 of 9 files, 0.0 of 5.0 MB")]
    [InlineData(10, 5_000_000L, 0L, "3 of 9 files, 5.0 of 5.0 MB")]
    public void The_time_left_is_that_at_the_pace_so_far(int seconds, long bytes, long left, string text) =>
        Assert.Equal(text, Say(seconds, new DownloadProgress(3, 9, bytes, left)));

    [Fact]
    public void Where_a_size_is_not_known_no_time_is_told() =>
        Assert.Equal("3 of 9 files, 50.0 MB", Say(10, new DownloadProgress(3, 9, 50_000_000, null)));

    private string Say(int seconds, DownloadProgress progress)
    {
        FetchEstimate estimate = new(_time);
        _time.Passed += TimeSpan.FromSeconds(seconds);
        return estimate.Say(progress);
    }
}
