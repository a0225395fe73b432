using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The product in a process of its own, which SIGKILL ends at points spread evenly over a publication; the registries live on. No
/// tag leads to what is incomplete or unsigned, and the same command ends where an undisturbed one does, without sending a byte
/// of a blob that was there.
/// </summary>
[Collection(SmallImages.Name)]
public sealed class KillTests(SmallFixture fixture, ITestOutputHelper output)
{
    private const int Killed = 128 + 9;
    private const string User = "tests",
        Password = "of the tests";

    private static readonly Dictionary<string, string?> Accounts = new()
    {
        ["QUAY_USERNAME"] = User,
        ["QUAY_PASSWORD"] = Password,
        ["DOCKERHUB_USERNAME"] = User,
        ["DOCKERHUB_TOKEN"] = Password,
    };

    private static int Kills => Thoroughness.IsWanted ? 200 : 30;

    [Fact]
    public async Task A_process_killed_anywhere_leaves_no_tag_half_and_the_same_command_finishes_it()
    {
        Stopwatch clock = Stopwatch.StartNew();
        using SignedSmallImage image = await SignedSmallImage.MakeAsync(fixture);
        Undisturbed undisturbed = await PublishUndisturbedAsync(image);
        ConcurrentQueue<int> points = new(Enumerable.Range(0, Kills).Select(i => 1 + (i * undisturbed.Requests / Kills)));
        ConcurrentBag<int> tagged = [];

        await Task.WhenAll(
            Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(async _ =>
                {
                    await using RegistryPair registries = await StartAsync();
                    string artifacts = await image.CopyAsync();
                    while (points.TryDequeue(out int point))
                    {
                        registries.Clear();
                        tagged.Add(await KillAsync(image, artifacts, registries, point));
                        await RequireConvergenceAsync(
                            image,
                            artifacts,
                            registries,
                            undisturbed,
                            $"killed at request {point} of {undisturbed.Requests}"
                        );
                    }
                })
        );

        output.WriteLine(
            $"{tagged.Count} kills over {undisturbed.Requests} requests: {tagged.Count(tags => tags > 0)} between the first tag and "
                + $"the last; all converged, in {clock.Elapsed.TotalSeconds:0} s"
        );
        Assert.Equal(Kills, tagged.Count);
        Assert.Contains(tagged, tags => tags == 0);
        Assert.Contains(tagged, tags => tags > 0);
    }

    private static async Task<Undisturbed> PublishUndisturbedAsync(SignedSmallImage image)
    {
        await using RegistryPair registries = await StartAsync();
        ChildResult published = (
            await image.PublishAsync(await image.CopyAsync(), ["--registry-map", .. registries.Map], Accounts)
        ).Require();
        int requests = registries.Requests.Length;
        Assert.Empty(await registries.FlawsAsync(image.PublicKey));
        return new Undisturbed(published.Output, registries.Kept(), requests);
    }

    /// <summary>
    /// Publishes, and ends the process when a request arrives: every second time that one is still handled, as far as it came, and
    /// the other times nothing is from there on.
    /// </summary>
    /// <returns>How many release tags stand on both together.</returns>
    private static async Task<int> KillAsync(SignedSmallImage image, string artifacts, RegistryPair registries, int point)
    {
        File.Delete(Record(artifacts));
        int process = 0,
            count = 0;
        registries.Faults = _ =>
        {
            int arrived = Interlocked.Increment(ref count);
            if (arrived == point)
                Process.GetProcessById(Volatile.Read(ref process)).Kill();
            return arrived >= point && point % 2 == 0 ? Fault.Reset : null;
        };

        ChildResult ended = await image.PublishAsync(artifacts, ["--registry-map", .. registries.Map], Accounts, id =>
            Volatile.Write(ref process, id)
        );

        await registries.SettleAsync();
        registries.Faults = _ => null;
        ended.Require(Killed);
        RequireWholeRecord(artifacts);
        return SignedSmallImage.Places.Sum(place =>
            registries.Tags(place.Split('/')[0]).Count(tag => !tag.Key.StartsWith("sha256-", StringComparison.Ordinal))
        );
    }

    private static async Task RequireConvergenceAsync(
        SignedSmallImage image,
        string artifacts,
        RegistryPair registries,
        Undisturbed undisturbed,
        string what
    )
    {
        IReadOnlyList<string> flaws = await registries.FlawsAsync(image.PublicKey);
        Assert.True(flaws.Count == 0, $"{what}: {string.Join("; ", flaws)}");
        Dictionary<PlacedBlob, long> before = registries.Blobs();
        registries.Forget();

        ChildResult again = (await image.PublishAsync(artifacts, ["--registry-map", .. registries.Map], Accounts)).Require();

        long missing = registries.Blobs().Where(blob => !before.ContainsKey(blob.Key)).Sum(blob => blob.Value);
        Assert.Equal((what, missing), (what, registries.BlobBytes));
        Assert.Equal(undisturbed.Output, again.Output);
        Assert.Equal(undisturbed.Kept, registries.Kept());
        flaws = await registries.FlawsAsync(image.PublicKey);
        Assert.True(flaws.Count == 0, $"{what}: after the rerun: {string.Join("; ", flaws)}");
    }

    /// <summary>Where there is a record, it is one, and claims less than all.</summary>
    private static void RequireWholeRecord(string artifacts)
    {
        if (!File.Exists(Record(artifacts)))
            return;
        using JsonDocument record = JsonDocument.Parse(File.ReadAllBytes(Record(artifacts)));
        Assert.False(record.RootElement.GetProperty("complete").GetBoolean());
    }

    private static string Record(string artifacts) => Path.Combine(artifacts, SmallImage.Name, "release.json");

    private static Task<RegistryPair> StartAsync() =>
        RegistryPair.StartAsync(
            new RehearsalOptions
            {
                Storage = RehearsalStorage.InMemory(),
                Authentication = RehearsalAuthentication.Token,
                User = User,
                Password = Password,
            },
            SignedSmallImage.Places
        );

    /// <summary>A publication that nothing disturbs.</summary>
    /// <param name="Output">What it prints.</param>
    /// <param name="Kept">What it leaves on the registries.</param>
    /// <param name="Requests">How many they are asked.</param>
    private sealed record Undisturbed(string Output, string Kept, int Requests);
}
