using System.Diagnostics;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// The resolver gives what apt gives, on the same indexes: for the images, and for random wanted sets of real packages.
/// <c>Test --thorough</c> takes 200 sets per architecture in place of a sample.
/// </summary>
public sealed class AptTests(AptFixture apt, ITestOutputHelper output) : IClassFixture<AptFixture>, IAsyncLifetime
{
    private const int MostInSet = 6;
    private const double MayDiffer = 0.02;
    private const int Rounds = 3;

    private static int Sets => Thoroughness.IsWanted ? 200 : 20;

    public ValueTask InitializeAsync() => new(apt.PrepareAsync());

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Images_resolve_as_apt_resolves_them()
    {
        foreach (string image in (string[])["kubelet", "flannel-cni"])
        {
            ImageDefinition definition = ImageDefinitionFile.Read(SourceTree.At("images", image));
            IEnumerable<string> wanted = definition.Layers.SelectMany(layer => layer.Packages);
            foreach (string architecture in AptFixture.Architectures)
            {
                List<TimeSpan> ours = [],
                    apts = [];
                for (int i = 0; i < Rounds; i++)
                {
                    Comparison comparison = await CompareAsync(architecture, [.. wanted, .. Essential(architecture, definition)]);
                    Assert.True(comparison.Difference is null, comparison.ToString());
                    ours.Add(comparison.Ours);
                    apts.Add(comparison.Apts);
                }

                output.WriteLine(
                    $"{image} {architecture}: resolved in {Median(ours):0} ms, apt-get -s in {Median(apts):0} ms (medians of {Rounds})"
                );
            }
        }
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Random_sets_resolve_as_apt_resolves_them(string architecture)
    {
        // A seed, so that a failure can be run again on the same indexes.
        Random random = new(20260912);
        IReadOnlyList<string> names = apt.Archive.Names(architecture);
        List<string[]> drawn =
        [
            .. Enumerable
                .Range(0, Sets)
                .Select(_ => Enumerable.Range(0, random.Next(1, MostInSet + 1)).Select(_ => names[random.Next(names.Count)]).ToArray()),
        ];
        Comparison[] comparisons = new Comparison[Sets];
        await Parallel.ForAsync(0, Sets, TestContext.Current.CancellationToken, async (i, _) =>
            comparisons[i] = await CompareAsync(architecture, [.. drawn[i], .. Essential(architecture, null)]) with { Wanted = drawn[i] }
        );
        Comparison[] different = [.. comparisons.Where(comparison => comparison.Difference is not null)];
        int refused = comparisons.Count(comparison => comparison.BothRefuse);

        output.WriteLine($"{architecture}: {different.Length} of {Sets} sets differ; {refused} are refused by both");
        foreach (Comparison comparison in different)
            output.WriteLine(comparison.ToString());
        // A sample of 20 is too small to tell 1 in 50 from none.
        Assert.True(different.Length <= Math.Max(1, Sets * MayDiffer), string.Join('\n', different));
    }

    private static double Median(List<TimeSpan> times) => times.Order().ElementAt(times.Count / 2).TotalMilliseconds;

    private IEnumerable<string> Essential(string architecture, ImageDefinition? definition) =>
        definition?.Debian.Essential == false ? [] : apt.Archive.Indexes(architecture).SelectMany(index => index.EssentialNames);

    private async Task<Comparison> CompareAsync(string architecture, IEnumerable<string> names)
    {
        string[] wanted = [.. names.Distinct().Order(StringComparer.Ordinal)];
        AptAnswer answer = await apt.Of(architecture).InstallAsync(wanted);
        Stopwatch clock = Stopwatch.StartNew();
        Dictionary<string, string>? ours = null;
        string refusal = "";
        try
        {
            ours = new DependencyResolver(apt.Archive.Indexes(architecture))
                .Resolve(wanted, withEssential: false)
                .Packages.ToDictionary(
                    resolved => resolved.Package.Name,
                    resolved => resolved.Package.Version.ToString(),
                    StringComparer.Ordinal
                );
        }
        catch (ResolutionException e)
        {
            refusal = e.Message;
        }

        return new Comparison(
            architecture,
            wanted,
            DifferenceOf(ours, refusal, answer),
            ours is null && answer.Packages is null,
            clock.Elapsed,
            answer.Duration
        );
    }

    private static string? DifferenceOf(Dictionary<string, string>? ours, string refusal, AptAnswer apt)
    {
        if (ours is null || apt.Packages is null)
            return (ours is null) == (apt.Packages is null) ? null
                : ours is null ? $"refused: {refusal}"
                : $"apt refuses: {apt.Text}";
        string[] more =
        [
            .. ours.Select(pair => $"{pair.Key}={pair.Value}").Except(apt.Packages.Select(pair => $"{pair.Key}={pair.Value}")),
        ];
        string[] less =
        [
            .. apt.Packages.Select(pair => $"{pair.Key}={pair.Value}").Except(ours.Select(pair => $"{pair.Key}={pair.Value}")),
        ];
        return more.Length + less.Length == 0 ? null : $"only ours: {string.Join(' ', more)}; only apt's: {string.Join(' ', less)}";
    }

    private sealed record Comparison(
        string Architecture,
        IReadOnlyList<string> Wanted,
        string? Difference,
        bool BothRefuse,
        TimeSpan Ours,
        TimeSpan Apts
    )
    {
        public override string ToString() => $"{Architecture}: {string.Join(' ', Wanted)}: {Difference}";
    }
}
