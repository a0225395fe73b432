using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Http;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>
/// A small release of two platforms to two registries, one request at a time, and at every request every fault: no tag leads
/// to what is incomplete or unsigned, and one more run without a fault ends where an undisturbed one does, without sending
/// a blob that was there.
/// </summary>
public sealed class FaultSweepTests(ITestOutputHelper output)
{
    private static readonly RetryPolicy Impatient = new() { Attempts = 1, ResponseTimeLimit = TimeSpan.FromSeconds(30) };

    private static readonly RetryPolicy Patient = Impatient with { Attempts = 3, FirstWait = TimeSpan.Zero, LongestWait = TimeSpan.Zero };

    [Fact]
    public async Task Every_request_and_every_fault_leave_no_tag_half_and_one_rerun_converges()
    {
        Stopwatch clock = Stopwatch.StartNew();
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await PlanAsync(fixture);
        (IReadOnlyList<Occurrence> requests, string wanted) = await UndisturbedAsync(fixture, plan);
        (Occurrence Request, InjectedFault InjectedFault)[] cases =
        [
            .. from request in requests from fault in InjectedFault.All where fault.CanMeet(request) select (request, fault),
        ];
        Convergence convergence = new(plan, wanted);
        ConcurrentBag<bool> ended = [];
        ConcurrentBag<Occurrence> missed = [],
            harmless = [];

        await InLanesAsync(fixture, cases, async (publisher, at) =>
        {
            if (await MeetAsync(publisher, plan, at.Request, at.InjectedFault) is not { } outcome)
            {
                missed.Add(at.Request);
                return;
            }

            if (!at.InjectedFault.IsHarmless)
                ended.Add(outcome.Succeeded);
            else
                harmless.Add(at.Request);
            at.InjectedFault.RequireRightClass(outcome.Failure, at.Request);
            Assert.True(
                !outcome.Lies(publisher.Registries).Any(),
                $"{at.InjectedFault} at {at.Request}: {string.Join("; ", outcome.Lies(publisher.Registries))}"
            );
            await convergence.RequireAsync(publisher, $"{at.InjectedFault} at {at.Request}");
        });

        int succeeded = ended.Count(each => each);
        output.WriteLine(
            $"{requests.Count} requests × {InjectedFault.All.Length} faults, where each can happen = {ended.Count} "
                + $"runs: {succeeded} succeeded, {ended.Count - succeeded} failed and converged from {convergence.States} different "
                + $"states, in {clock.Elapsed.TotalSeconds:0} s; {missed.Count} did not come about; {harmless.Count} more met a "
                + "registry's oddity, and succeeded"
        );
        Assert.Equal(cases.Length, ended.Count + harmless.Count + missed.Count);
        Assert.InRange(missed.Count, 0, cases.Length / 50);
        Assert.InRange(succeeded, 1, ended.Count / 2);
    }

    /// <summary>
    /// Publishes with a fault at one request. Which of several requests for the first token is refused is chance, and so is which
    /// of them comes twice: null when the request did not come, in several runs.
    /// </summary>
    private static async Task<Outcome?> MeetAsync(PublisherFixture publisher, ReleasePlan plan, Occurrence request, InjectedFault fault)
    {
        for (int tries = 0; tries < 5; tries++)
        {
            publisher.Registries.Clear();
            publisher.Registries.Faults = each => each == request ? fault.Fault : null;
            Outcome outcome = await publisher.PublishAsync(plan);
            publisher.Registries.Faults = _ => null;
            if (publisher.Registries.Requests.Contains(request))
                return outcome;
        }

        return null;
    }

    /// <summary>The first try of every request meets it.</summary>
    [Theory]
    [MemberData(nameof(Passing))]
    public async Task With_patience_a_fault_at_every_request_does_no_harm(string name)
    {
        InjectedFault fault = InjectedFault.All.Single(each => each.Name == name);
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await PlanAsync(fixture);
        (_, string wanted) = await UndisturbedAsync(fixture, plan);
        await using PublisherFixture publisher = await PublisherFixture.OpenAsync(fixture, Patient, oneAtATime: true);
        HashSet<string> met = [];
        publisher.Registries.Faults = request =>
        {
            lock (met)
                return fault.AppliesTo(request) && met.Add(request.Kind) ? fault.Fault : null;
        };

        Outcome outcome = await publisher.PublishAsync(plan);

        publisher.Registries.Faults = _ => null;
        Assert.Null(outcome.Failure);
        Assert.True(met.Count > 10, "hardly anything happened");
        await new Convergence(plan, wanted).RequireAsync(publisher, name);
        Assert.Equal(wanted, publisher.Registries.Kept());
    }

    /// <summary>Two registries that always answer as some real one does.</summary>
    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_registry_that_is_always_odd_gets_the_same_release(string name)
    {
        InjectedFault odd = InjectedFault.All.Single(each => each.Name == name);
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await PlanAsync(fixture);
        (_, string wanted) = await UndisturbedAsync(fixture, plan);
        await using PublisherFixture publisher = await PublisherFixture.OpenAsync(fixture, Impatient, oneAtATime: true);
        publisher.Registries.Faults = request => odd.AppliesTo(request) ? odd.Fault : null;

        Outcome outcome = await publisher.PublishAsync(plan);

        publisher.Registries.Faults = _ => null;
        Assert.Null(outcome.Failure);
        Assert.Empty(outcome.Lies(publisher.Registries));
        Assert.Equal(wanted, publisher.Registries.Kept());
        Assert.Empty(await publisher.FlawsAsync());
    }

    public static TheoryData<string> Odd => [.. Oddities.All.Select(kind => kind.Name)];

    public static TheoryData<string> Passing => [.. InjectedFault.All.Where(fault => fault.Passes).Select(fault => fault.Name)];

    /// <summary>With the release's tags only: those of the build are written in the same way.</summary>
    private static async Task<ReleasePlan> PlanAsync(SignedReleaseFixture fixture)
    {
        ReleasePlan plan = await fixture.PlanAsync();
        return plan with { Tags = [.. plan.Tags.Where(tag => tag.Name.StartsWith(plan.Release, StringComparison.Ordinal))] };
    }

    private static async Task<(IReadOnlyList<Occurrence> Requests, string Kept)> UndisturbedAsync(
        SignedReleaseFixture fixture,
        ReleasePlan plan
    )
    {
        await using PublisherFixture publisher = await PublisherFixture.OpenAsync(fixture, Impatient, oneAtATime: true);
        Assert.Null((await publisher.PublishAsync(plan)).Failure);
        IReadOnlyList<Occurrence> requests = publisher.Registries.Requests;
        Assert.Empty(await publisher.FlawsAsync());
        return (requests, publisher.Registries.Kept());
    }

    private static Task InLanesAsync<T>(SignedReleaseFixture fixture, IEnumerable<T> cases, Func<PublisherFixture, T, Task> run)
    {
        ConcurrentQueue<T> left = new(cases);
        return Task.WhenAll(
            Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        await using PublisherFixture publisher = await PublisherFixture.OpenAsync(fixture, Impatient, oneAtATime: true);
                        while (left.TryDequeue(out T? each))
                            await run(publisher, each);
                    })
                )
        );
    }
}
