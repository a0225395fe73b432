using Slipway.Http;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>Many requests at a time and several mishaps in one run, by chance: the same must hold, however they meet.</summary>
public sealed class RandomFaultTests(ITestOutputHelper output)
{
    private const int Runs = 50;

    /// <summary>Every second run is patient. The seed of each is its number, and the message of a failure has it.</summary>
    [Fact]
    public async Task Mishaps_by_chance_leave_no_tag_half_and_one_rerun_converges()
    {
        await using Scene scene = await Scene.CreateAsync();
        ReleasePlan plan = await scene.PlanAsync();
        string wanted = await UndisturbedAsync(scene, plan);
        Convergence convergence = new(plan, wanted);
        RetryPolicy impatient = new() { Attempts = 1, AnswerWithin = TimeSpan.FromSeconds(30) };
        await using Stage once = await Stage.OpenAsync(scene, impatient, oneAtATime: false);
        await using Stage often = await Stage.OpenAsync(
            scene,
            impatient with
            {
                Attempts = 4,
                FirstWait = TimeSpan.Zero,
                LongestWait = TimeSpan.Zero,
            },
            oneAtATime: false
        );
        (int mishaps, int succeeded) = (0, 0);

        for (int seed = 0; seed < Runs; seed++)
        {
            Stage stage = seed % 2 == 0 ? once : often;
            stage.Registries.Clear();
            Chance chance = new(seed);
            stage.Registries.Faults = chance.Next;
            Outcome outcome = await stage.PublishAsync(plan);
            stage.Registries.Faults = _ => null;
            mishaps += chance.Count;
            succeeded += outcome.Succeeded ? 1 : 0;
            chance.RequireRightClass(outcome.Failure);
            Assert.Empty(outcome.Lies(stage.Registries));
            await convergence.RequireAsync(stage, $"seed {seed}, {chance.Count} mishaps");
        }

        output.WriteLine(
            $"{Runs} runs with {mishaps} mishaps: {succeeded} succeeded, {Runs - succeeded} failed and converged "
                + $"from {convergence.States} different states"
        );
        Assert.InRange(mishaps, Runs, int.MaxValue);
        Assert.InRange(succeeded, 1, Runs - 1);
    }

    private static async Task<string> UndisturbedAsync(Scene scene, ReleasePlan plan)
    {
        await using Stage stage = await Stage.OpenAsync(scene, new RetryPolicy(), oneAtATime: false);
        Assert.Null((await stage.PublishAsync(plan)).Failure);
        return stage.Registries.Kept();
    }

    /// <summary>What goes wrong in one run: each request by a rate of the run's own, between 1 in 500 and 1 in 20.</summary>
    private sealed class Chance
    {
        private readonly Random _random;
        private readonly double _rate;
        private readonly List<InjectedFault> _kinds;
        private readonly List<(InjectedFault InjectedFault, Occurrence At)> _met = [];

        public Chance(int seed)
        {
            _random = new Random(seed);
            _rate = 0.002 * Math.Pow(25, _random.NextDouble());
            // Every third run has those only that can be waited out.
            _kinds = [.. InjectedFault.All.Where(mishap => seed % 3 != 0 || mishap.Passes)];
        }

        public int Count => _met.Count;

        public Fault? Next(Occurrence request)
        {
            lock (_met)
            {
                if (_random.NextDouble() >= _rate)
                    return null;
                InjectedFault mishap = _kinds[_random.Next(_kinds.Count)];
                if (!mishap.AppliesTo(request))
                    return null;
                _met.Add((mishap, request));
                return mishap.Fault;
            }
        }

        /// <summary>The failure is what one of them means; all that failed at once may be told of by any.</summary>
        public void RequireRightClass(Exception? failure)
        {
            if (failure is null)
                return;
            (InjectedFault InjectedFault, Occurrence At)[] harmful = [.. _met.Where(met => !met.InjectedFault.IsHarmless)];
            Assert.NotEmpty(harmful);
            (InjectedFault mishap, Occurrence at) = harmful.FirstOrDefault(met => !met.InjectedFault.Passes, harmful[^1]);
            mishap.RequireRightClass(failure, at);
        }
    }
}
