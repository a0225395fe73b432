using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The last job of a release of many images: it merges what others assembled, and sends no blob twice.</summary>
public sealed class ManyImagesTests
{
    private const int Images = 16;

    private static readonly string[] Architectures = ["amd64", "arm64"];

    [Fact]
    public async Task Sixteen_images_of_two_platforms_are_merged_and_published_in_one_run()
    {
        using ScratchRepository repository = await UpstreamImage.CreateAsync(Architectures, ("a", 200_000));
        string[] names =
        [
            .. Enumerable.Range(1, Images).Select(number => string.Create(CultureInfo.InvariantCulture, $"tools{number:00}")),
        ];
        foreach (string name in names)
            Copy(repository, name);
        Directory.Delete(repository.At("images", UpstreamImage.Name), recursive: true);
        await repository.CommitAsync("many", [.. names.Select(name => $"{name}/{UpstreamImage.Version}")]);
        foreach (string architecture in Architectures)
            (
                await (repository.Slipway with { Cache = repository.Beside("cache-" + architecture) }).RunAsync(
                    "Assemble",
                    "Inspect",
                    "--platforms",
                    $"linux/{architecture}",
                    "--artifacts-directory",
                    repository.Beside(architecture),
                    "--upstream-mirror",
                    repository.Mirror.Path
                )
            ).Require();

        using ScratchFolder storage = new();
        await using RehearsalRegistry quay = await RehearsalRegistry.StartAsync(
            new RehearsalOptions { Storage = storage.Folder("quay") },
            TestContext.Current.CancellationToken
        );
        await using RehearsalRegistry docker = await RehearsalRegistry.StartAsync(
            new RehearsalOptions { Storage = storage.Folder("docker") },
            TestContext.Current.CancellationToken
        );
        ChildResult last = (
            await (repository.Slipway with { Cache = repository.Beside("cache"), MeasuresMemory = true }).RunAsync(
                "Merge",
                "Sign",
                "Publish",
                "--layouts",
                repository.Beside("amd64"),
                repository.Beside("arm64"),
                "--signing-key",
                repository.Key.Private,
                "--registry-map",
                $"quay.io={quay.Address}",
                $"docker.io={docker.Address}"
            )
        ).Require();

        TestContext.Current.SendDiagnosticMessage(
            $"{Images} images: {last.Duration.TotalSeconds / Images:0.00} s each, {last.PeakResident >> 20} MB at most"
        );
        Assert.True(last.PeakResident < 200L << 20, $"{last.PeakResident >> 20} MB");
        Assert.Equal(Images, last.Lines.Count(line => line.StartsWith("quay.io/", StringComparison.Ordinal)));
        foreach (RehearsalRegistry registry in (RehearsalRegistry[])[quay, docker])
        {
            string[] sent =
            [
                .. registry
                    .Log.All.Where(entry => entry.Status == 201 && entry.Request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal))
                    .Select(entry => entry.Request.Path.Split("/blobs/")[0] + Uri.UnescapeDataString(DigestOf(entry.Request.Query))),
            ];
            Assert.True(sent.Length > Images * 4, $"{sent.Length} uploads");
            Assert.Equal(sent.Distinct(), sent);
        }
    }

    private static string DigestOf(string query) => Regex.Match(query, "(?:digest|mount)=([^&]+)").Groups[1].Value;

    /// <summary>The same image under another name, with other paths and so other layers.</summary>
    private static void Copy(ScratchRepository repository, string name)
    {
        foreach (string file in Directory.EnumerateFiles(repository.At("images", UpstreamImage.Name)))
            repository.Write(
                $"images/{name}/{Path.GetFileName(file)}",
                File.ReadAllText(file)
                    .Replace("slipway-tests/tools", $"slipway-tests/{name}", StringComparison.Ordinal)
                    .Replace("slipwaytests/tools", $"slipwaytests/{name}", StringComparison.Ordinal)
                    .Replace("\"image\": \"tools\"", $"\"image\": \"{name}\"", StringComparison.Ordinal)
                    .Replace("/usr/local/share/a", $"/usr/local/share/{name}", StringComparison.Ordinal)
            );
    }
}
