using System.Collections.Concurrent;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>
/// What must hold after a publication was disturbed, and after the next one that is not. Nothing but the registries' content
/// decides how that one goes, so it runs once for each content that disturbances leave behind.
/// </summary>
/// <param name="plan">What is published.</param>
/// <param name="wanted">What an undisturbed run leaves, as <see cref="RegistryPair.Kept"/> has it.</param>
internal sealed class Convergence(ReleasePlan plan, string wanted)
{
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);

    /// <summary>How many different contents were left behind.</summary>
    public int States => _seen.Count;

    /// <param name="publisher">Without faults, after the disturbed run.</param>
    /// <param name="what">What had happened, for messages.</param>
    public async Task RequireAsync(PublisherFixture publisher, string what)
    {
        if (!_seen.TryAdd(publisher.Registries.Kept(), true))
            return;
        IReadOnlyList<string> flaws = await publisher.FlawsAsync();
        Assert.True(flaws.Count == 0, $"{what}: {string.Join("; ", flaws)}");
        Dictionary<PlacedBlob, long> complete = publisher.Registries.Blobs();
        publisher.Handler.Forget();

        Outcome again = await publisher.PublishAsync(plan);

        Assert.True(again.Succeeded, $"{what}: the rerun failed, too: {again.Failure?.Message}");
        PlacedBlob[] twice = [.. publisher.Handler.Sent.Where(complete.ContainsKey)];
        Assert.True(twice.Length == 0, $"{what}: the rerun sent again {string.Join(", ", twice.AsEnumerable())}");
        Assert.True(
            publisher.Registries.Kept() == wanted,
            $"{what}: the rerun did not end where an undisturbed run does:\n{publisher.Registries.Kept()}"
        );
        flaws = await publisher.FlawsAsync();
        Assert.True(flaws.Count == 0, $"{what}: after the rerun: {string.Join("; ", flaws)}");
    }
}
