using Slipway.Http;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>Many requests at a time and several faults in one run, by chance: the same must hold, however they meet.</summary>
public sealed class RandomFaultTests(ITestOutputHelper output)
{
    private const int Runs = 50;

    /// <summary>Every second run is patient. The seed of each is its number, and the message of a failure has it.</summary>
    [Fact]
    public async Task Mishaps_by_chance_leave_no_tag_half_and_one_rerun_converges()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        ReleasePlan plan = await fixture.PlanAsync();
        string wanted = await UndisturbedAsync(fixture, plan);
        Convergence convergence = new(plan, wanted);
        RetryPolicy impatient = new() { Attempts = 1, ResponseTimeLimit = TimeSpan.FromSeconds(30) };
        await using PublisherFixture once = await PublisherFixture.OpenAsync(fixture, impatient, oneAtATime: false);
        await using PublisherFixture often = await PublisherFixture.OpenAsync(
            fixture,
            impatient with
            {
                Attempts = 4,
                FirstWait = TimeSpan.Zero,
                LongestWait = TimeSpan.Zero,
            },
            oneAtATime: false
        );
        (int faults, int succeeded) = (0, 0);

        for (int seed = 0; seed < Runs; seed++)
        {
            PublisherFixture publisher = seed % 2 == 0 ? once : often;
            publisher.Registries.Clear();
            RandomFaults chance = new(seed);
            publisher.Registries.Faults = chance.Next;
            Outcome outcome = await publisher.PublishAsync(plan);
            publisher.Registries.Faults = _ => null;
            faults += chance.Count;
            succeeded += outcome.Succeeded ? 1 : 0;
            chance.RequireRightClass(outcome.Failure);
            Assert.Empty(outcome.Lies(publisher.Registries));
            await convergence.RequireAsync(publisher, $"seed {seed}, {chance.Count} faults");
        }

        output.WriteLine(
            $"{Runs} runs with {faults} faults: {succeeded} succeeded, {Runs - succeeded} failed and converged "
                + $"from {convergence.States} different states"
        );
        Assert.InRange(faults, Runs, int.MaxValue);
        Assert.InRange(succeeded, 1, Runs - 1);
    }

    private static async Task<string> UndisturbedAsync(SignedReleaseFixture fixture, ReleasePlan plan)
    {
        await using PublisherFixture publisher = await PublisherFixture.OpenAsync(fixture, new RetryPolicy(), oneAtATime: false);
        Assert.Null((await publisher.PublishAsync(plan)).Failure);
        return publisher.Registries.Kept();
    }

    /// <summary>What goes wrong in one run: each request by a rate of the run's own, between 1 in 500 and 1 in 20.</summary>
    private sealed class RandomFaults
    {
        private readonly Random _random;
        private readonly double _rate;
        private readonly List<InjectedFault> _kinds;
        private readonly List<(InjectedFault InjectedFault, Occurrence At)> _met = [];

        public RandomFaults(int seed)
        {
            _random = new Random(seed);
            _rate = 0.002 * Math.Pow(25, _random.NextDouble());
            // Every third run has those only that can be waited out.
            _kinds = [.. InjectedFault.All.Where(fault => seed % 3 != 0 || fault.Passes)];
        }

        public int Count => _met.Count;

        public Fault? Next(Occurrence request)
        {
            lock (_met)
            {
                if (_random.NextDouble() >= _rate)
                    return null;
                InjectedFault fault = _kinds[_random.Next(_kinds.Count)];
                if (!fault.AppliesTo(request))
                    return null;
                _met.Add((fault, request));
                return fault.Fault;
            }
        }

        /// <summary>The failure is what one of them means; all that failed at once may be told of by any.</summary>
        public void RequireRightClass(Exception? failure)
        {
            if (failure is null)
                return;
            (InjectedFault InjectedFault, Occurrence At)[] harmful = [.. _met.Where(met => !met.InjectedFault.IsHarmless)];
            Assert.NotEmpty(harmful);
            (InjectedFault fault, Occurrence at) = harmful.FirstOrDefault(met => !met.InjectedFault.Passes, harmful[^1]);
            fault.RequireRightClass(failure, at);
        }
    }
}
