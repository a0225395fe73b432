using System.Globalization;
using System.Text;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>Every target stays below 200 MB of resident memory when an upstream file alone has 300 MB that nothing can shorten.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    private const long Limit = 200_000_000;
    private const long FileSize = 300_000_000;
    private const string Platform = "linux/amd64";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_target_stays_below_200_MB_whatever_the_size_of_a_file()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        await using DockerRegistry quay = await DockerRegistry.StartAsync(),
            hub = await DockerRegistry.StartAsync();
        repository.Mirror.AddNoise(SmallImage.Upstream("amd64"), FileSize);
        repository.AddImage(SmallImage.Name, Definition, SmallImage.Contract);
        await TestCache.SeedAsync(_folder.At("cache"));
        SlipwayCommand slipway = repository.Slipway with { Cache = _folder.At("cache"), MeasuresMemory = true };
        string[] mirror = ["--upstream-mirror", repository.Mirror.Path];
        string[] release =
        [
            "--signing-key",
            repository.Key.Private,
            "--registry-map",
            $"quay.io=http://{quay.Host}",
            $"docker.io=http://{hub.Host}",
        ];

        List<ChildResult> results = [await slipway.RunAsync(["Lock", .. mirror])];
        await repository.CommitAsync("A large image", SmallImage.Tag);
        File.Delete(CachedNoise(slipway));
        results.Add(await slipway.RunAsync(["Fetch", .. mirror]));
        results.Add(await slipway.RunAsync(["Assemble", .. mirror]));
        foreach (string target in (string[])["Inspect", "Sign", "Preview", "Publish", "Verify"])
            results.Add(await slipway.RunAsync([target, .. release]));
        results.Add(await slipway.RunAsync(["Verify", "--reference", $"quay.io/slipway-tests/small:{SmallImage.Version}", .. release]));
        results.Add(
            await slipway.RunAsync(["Reproduce", "--reference", $"quay.io/slipway-tests/small:{SmallImage.Version}", .. release, .. mirror])
        );
        Directory.Delete(Path.Combine(slipway.Cache, "assembled"), recursive: true);
        results.Add(await slipway.RunAsync(["Rehearse", .. mirror]));

        Judge(results);
    }

    [Fact]
    public async Task Lock_of_all_suites_stays_below_200_MB()
    {
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        using ScratchRepository repository = await ScratchRepository.CreateAsync();
        await repository.Mirror.AddAllAsync(await ReleasedUpstream.PackAsync());
        await repository.AddReleasedImageAsync("kubelet");
        SlipwayCommand slipway = repository.Slipway with { MeasuresMemory = true };

        Judge([await slipway.RunAsync("Lock", "--upstream-mirror", repository.Mirror.Path)]);
    }

    /// <summary>The small image for one platform.</summary>
    internal static string Definition =>
        SmallImage
            .Definition.Replace("platforms: [linux/amd64, linux/arm64]", $"platforms: [{Platform}]", StringComparison.Ordinal)
            .Replace("      arm64: sha256:to-be-filled-in\n", "", StringComparison.Ordinal);

    private static string CachedNoise(SlipwayCommand slipway) =>
        Directory.EnumerateFiles(Path.Combine(slipway.Cache, "sha256")).Single(file => new FileInfo(file).Length == FileSize);

    private void Judge(IReadOnlyList<ChildResult> results)
    {
        StringBuilder table = new();
        foreach (ChildResult result in results)
        {
            string target = result.Command.Split("_build.dll ")[1].Split(" --")[0];
            table.AppendLine(
                CultureInfo.InvariantCulture,
                $"{target, -10} {result.PeakResident / 1e6, 6:0} MB {result.Duration.TotalSeconds, 6:0.0} s"
            );
        }

        output.WriteLine(table.ToString());
        Assert.All(results, result => result.Require());
        Assert.All(results, result => Assert.True(result.PeakResident > 20_000_000, $"{result.Command}: nothing was measured"));
        Assert.All(results, result =>
            Assert.True(result.PeakResident < Limit, $"{result.Command}: wanted less than {Limit / 1e6} MB resident\n{table}")
        );
    }
}
