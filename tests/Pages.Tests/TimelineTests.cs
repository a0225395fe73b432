using System.Text;
using Slipway.Oci;

namespace Slipway.Pages.Tests;

/// <summary>The record of a run's steps.</summary>
public sealed class TimelineTests
{
    [Fact]
    public async Task A_clock_notes_when_steps_begin_what_they_take_and_what_they_waited_for()
    {
        Clock time = new();
        StepClock clock = new(time);

        Assert.Equal(7, await clock.RunAsync("Fetch", null, () => Task.FromResult(time.Pass(2, 7))));
        await clock.RunAsync("Assemble", "tiny", () => Task.FromResult(time.Pass(3, 0)));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            clock.RunAsync("Inspect", "tiny", Task () => throw new InvalidOperationException())
        );

        Assert.Equal(
            [
                ("Fetch", null, 0, 2, "Succeeded", ""),
                ("Assemble", "tiny", 2, 3, "Succeeded", "Fetch"),
                ("Inspect", "tiny", 5, 0, "Failed", "Assemble tiny"),
            ],
            clock.Timeline.Steps.Select(step =>
                (step.Name, step.Image, step.Began.TotalSeconds, step.Took.TotalSeconds, step.Status, string.Join(",", step.After))
            )
        );
    }

    [Fact]
    public void A_record_is_read_back_as_it_was_written()
    {
        Timeline timeline = new([
            new TimedStep("Fetch", null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1234)),
            new TimedStep("Sign", "tiny", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)) { Status = "Failed", After = ["Fetch"] },
        ]);

        byte[] read = Timeline.Parse(timeline.ToBytes(), "timeline.json").ToBytes();

        Assert.Equal(Encoding.UTF8.GetString(timeline.ToBytes()), Encoding.UTF8.GetString(read));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"schema":2,"steps":[]}""")]
    [InlineData("""{"schema":1,"steps":[{"name":"x","began":-1,"took":1,"status":"Succeeded","after":[]}]}""")]
    [InlineData("""{"schema":1,"steps":[{"name":"x","began":0,"took":9223372036854775807,"status":"Succeeded","after":[]}]}""")]
    [InlineData("""{"schema":1,"steps":[{"name":7,"began":0,"took":1,"status":"Succeeded","after":[]}]}""")]
    [InlineData("""{"schema":1,"steps":[{"name":"x","began":0,"took":1,"status":"Succeeded"}]}""")]
    public void What_is_no_record_is_refused_with_its_name(string json)
    {
        ContentException e = Assert.Throws<ContentException>(() => Timeline.Parse(Encoding.UTF8.GetBytes(json), "timeline.json"));

        Assert.StartsWith("timeline.json: ", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Stands still until it is told to go on.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public T Pass<T>(int seconds, T result)
        {
            _now += seconds;
            return result;
        }
    }
}
