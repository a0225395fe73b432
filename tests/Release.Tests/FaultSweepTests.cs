using System.Collections.Concurrent;
using System.Diagnostics;
using Slipway.Http;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>
/// A small release of two platforms to two registries, one request at a time, and at every request every mishap: no tag leads
/// to what is incomplete or unsigned, and one more run without a mishap ends where an undisturbed one does, without sending
/// a blob that was there.
/// </summary>
public sealed class FaultSweepTests(ITestOutputHelper output)
{
    private static readonly RetryPolicy Impatient = new() { Attempts = 1, AnswerWithin = TimeSpan.FromSeconds(30) };

    private static readonly RetryPolicy Patient = Impatient with { Attempts = 3, FirstWait = TimeSpan.Zero, LongestWait = TimeSpan.Zero };

    [Fact]
    public async Task Every_request_and_every_mishap_leave_no_tag_half_and_one_rerun_converges()
    {
        Stopwatch clock = Stopwatch.StartNew();
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await PlanAsync(scene);
        (IReadOnlyList<Occurrence> requests, string wanted) = await UndisturbedAsync(scene, plan);
        (Occurrence Request, InjectedFault InjectedFault)[] cases =
        [
            .. from request in requests from mishap in InjectedFault.All where mishap.CanMeet(request) select (request, mishap),
        ];
        Convergence convergence = new(plan, wanted);
        ConcurrentBag<bool> ended = [];
        ConcurrentBag<Occurrence> missed = [],
            harmless = [];

        await InLanesAsync(scene, cases, async (stage, at) =>
        {
            if (await MeetAsync(stage, plan, at.Request, at.InjectedFault) is not { } outcome)
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
                !outcome.Lies(stage.Registries).Any(),
                $"{at.InjectedFault} at {at.Request}: {string.Join("; ", outcome.Lies(stage.Registries))}"
            );
            await convergence.RequireAsync(stage, $"{at.InjectedFault} at {at.Request}");
        });

        int succeeded = ended.Count(each => each);
        output.WriteLine(
            $"{requests.Count} requests × {InjectedFault.All.Length} mishaps, where each can happen = {ended.Count} "
                + $"runs: {succeeded} succeeded, {ended.Count - succeeded} failed and converged from {convergence.States} different "
                + $"states, in {clock.Elapsed.TotalSeconds:0} s; {missed.Count} did not come about; {harmless.Count} more met a "
                + "registry's oddity, and succeeded"
        );
        Assert.Equal(cases.Length, ended.Count + harmless.Count + missed.Count);
        Assert.InRange(missed.Count, 0, cases.Length / 50);
        Assert.InRange(succeeded, 1, ended.Count / 2);
    }

    /// <summary>
    /// Publishes with a mishap at one request. Which of several requests for the first token is refused is chance, and so is which
    /// of them comes twice: null when the request did not come, in several runs.
    /// </summary>
    private static async Task<Outcome?> MeetAsync(Stage stage, ReleasePlan plan, Occurrence request, InjectedFault mishap)
    {
        for (int tries = 0; tries < 5; tries++)
        {
            stage.Registries.Clear();
            stage.Registries.Faults = each => each == request ? mishap.Fault : null;
            Outcome outcome = await stage.PublishAsync(plan);
            stage.Registries.Faults = _ => null;
            if (stage.Registries.Requests.Contains(request))
                return outcome;
        }

        return null;
    }

    /// <summary>The first try of every request meets it.</summary>
    [Theory]
    [MemberData(nameof(Passing))]
    public async Task With_patience_a_mishap_at_every_request_does_no_harm(string name)
    {
        InjectedFault mishap = InjectedFault.All.Single(each => each.Name == name);
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await PlanAsync(scene);
        (_, string wanted) = await UndisturbedAsync(scene, plan);
        await using Stage stage = await Stage.OpenAsync(scene, Patient, oneAtATime: true);
        HashSet<string> met = [];
        stage.Registries.Faults = request =>
        {
            lock (met)
                return mishap.AppliesTo(request) && met.Add(request.Kind) ? mishap.Fault : null;
        };

        Outcome outcome = await stage.PublishAsync(plan);

        stage.Registries.Faults = _ => null;
        Assert.Null(outcome.Failure);
        Assert.True(met.Count > 10, "hardly anything happened");
        await new Convergence(plan, wanted).RequireAsync(stage, name);
        Assert.Equal(wanted, stage.Registries.Kept());
    }

    /// <summary>Two registries that always answer as some real one does.</summary>
    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_registry_that_is_always_odd_gets_the_same_release(string name)
    {
        InjectedFault odd = InjectedFault.All.Single(each => each.Name == name);
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await PlanAsync(scene);
        (_, string wanted) = await UndisturbedAsync(scene, plan);
        await using Stage stage = await Stage.OpenAsync(scene, Impatient, oneAtATime: true);
        stage.Registries.Faults = request => odd.AppliesTo(request) ? odd.Fault : null;

        Outcome outcome = await stage.PublishAsync(plan);

        stage.Registries.Faults = _ => null;
        Assert.Null(outcome.Failure);
        Assert.Empty(outcome.Lies(stage.Registries));
        Assert.Equal(wanted, stage.Registries.Kept());
        Assert.Empty(await stage.FlawsAsync());
    }

    public static TheoryData<string> Odd => [.. Oddities.All.Select(kind => kind.Name)];

    public static TheoryData<string> Passing => [.. InjectedFault.All.Where(mishap => mishap.Passes).Select(mishap => mishap.Name)];

    /// <summary>With the release's tags only: those of the build are written in the same way.</summary>
    private static async Task<ReleasePlan> PlanAsync(Scene scene)
    {
        ReleasePlan plan = await scene.PlanAsync();
        return plan with { Tags = [.. plan.Tags.Where(tag => tag.Name.StartsWith(plan.Release, StringComparison.Ordinal))] };
    }

    private static async Task<(IReadOnlyList<Occurrence> Requests, string Kept)> UndisturbedAsync(Scene scene, ReleasePlan plan)
    {
        await using Stage stage = await Stage.OpenAsync(scene, Impatient, oneAtATime: true);
        Assert.Null((await stage.PublishAsync(plan)).Failure);
        IReadOnlyList<Occurrence> requests = stage.Registries.Requests;
        Assert.Empty(await stage.FlawsAsync());
        return (requests, stage.Registries.Kept());
    }

    private static Task InLanesAsync<T>(Scene scene, IEnumerable<T> cases, Func<Stage, T, Task> run)
    {
        ConcurrentQueue<T> left = new(cases);
        return Task.WhenAll(
            Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        await using Stage stage = await Stage.OpenAsync(scene, Impatient, oneAtATime: true);
                        while (left.TryDequeue(out T? each))
                            await run(stage, each);
                    })
                )
        );
    }
}
