using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Slipway.Git;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.Benchmarks;

/// <summary>
/// A release of 177 MB to two docker-registry servers, by our publisher as a whole (signatures, read-backs and tags
/// included) and by <c>oras cp</c>, once for each registry: pairs that alternate, each into repositories of its own.
/// </summary>
internal static class PushBenchmark
{
    private const int LayersPerPlatform = 3;
    private const int LayerSize = 29_500_000;

    public static async Task<int> RunAsync(int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 3);
        PeerProgram oras = await PeerPrograms.RequireAsync(Peer.Oras);
        await using DockerRegistry one = await DockerRegistry.StartAsync(),
            two = await DockerRegistry.StartAsync();
        using ScratchFolder folder = new();
        (OciLayout layout, TrustStore trust, KeySigner signer) = await MakeAsync(folder);
        using KeySigner _ = signer;
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        RegistryMap map = RegistryMap.Parse([$"{one.Host}=http://{one.Host}", $"{two.Host}=http://{two.Host}"]);
        Publisher publisher = new(
            () => new RegistryClient(transport, Credentials.None, map, TimeProvider.System),
            VerificationPolicy.RequireKey(signer.Key),
            _ => { }
        );

        List<double> ours = [],
            theirs = [];
        for (int i = 0; i <= pairs; i++)
        {
            int number = i;
            ReleasePlan plan = await PlanAsync(layout, trust, one.Host, two.Host, number);
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            double our = await SecondsAsync(() =>
                publisher.PublishAsync(new ReleaseContent(plan, layout, trust.Layout), _ => Task.CompletedTask, default)
            );
            cpu = Environment.CpuUsage.TotalTime - cpu;
            double their = await SecondsAsync(async () =>
            {
                foreach (string host in (string[])[one.Host, two.Host])
                    (
                        await oras.With(
                                "cp",
                                "--from-oci-layout",
                                $"{layout.Name}:v1.0.0",
                                "--to-plain-http",
                                $"{host}/oras/tiny{number}:v1.0.0"
                            )
                            .RunAsync()
                    ).Require();
            });
            // The first pair warms both.
            if (i == 0)
                continue;
            ours.Add(our);
            theirs.Add(their);
            Print($"pair {i}: ours {our:f2} s, oras {their:f2} s, ratio {our / their:f2}; our CPU time {cpu.TotalSeconds:f2} s");
        }

        Print(
            $"{2 * LayersPerPlatform * LayerSize / 1e6:f0} MB to two registries, medians of {pairs}: ours {Median(ours):f2} s, oras {Median(theirs):f2} s, ratio {Median([.. ours.Zip(theirs, (our, their) => our / their)]):f2}; our peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:f0} MB"
        );
        return 0;
    }

    private static async Task<(OciLayout Layout, TrustStore Trust, KeySigner Signer)> MakeAsync(ScratchFolder folder)
    {
        OciLayout layout = OciLayout.Create(folder.At("layout"));
        List<Descriptor> manifests = [];
        foreach (Platform platform in (Platform[])[Platform.LinuxAmd64, Platform.LinuxArm64])
        {
            List<Descriptor> layers = [];
            for (int i = 0; i < LayersPerPlatform; i++)
                layers.Add(await layout.AddBlobAsync(MediaType.LayerGzip, RandomNumberGenerator.GetBytes(LayerSize)));
            ImageConfig config = new()
            {
                Platform = platform,
                Created = DateTimeOffset.UnixEpoch,
                DiffIds = [.. layers.Select(layer => layer.Digest)],
                History = [.. layers.Select(layer => layer.Digest.Abbreviated)],
            };
            Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes()), [.. layers]);
            manifests.Add(
                await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes())) with
                {
                    Platform = platform,
                }
            );
        }

        Descriptor index = await layout.AddManifestAsync(new ManifestContent(MediaType.Index, new Oci.Index([.. manifests]).ToBytes()));
        layout.WriteIndex(new Oci.Index([index with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, "v1.0.0") }]));
        KeySigner signer = KeySigner.CreateThrowAway();
        TrustStore trust = TrustStore.Create(folder.At("trust"));
        await trust.SignAsync(new SignedImage(layout, index.Digest, Official), [], signer, default);
        return (layout, trust, signer);
    }

    private static Reference Official => Reference.Parse("quay.io/test/tiny");

    private static async Task<ReleasePlan> PlanAsync(OciLayout layout, TrustStore trust, string one, string two, int number) =>
        await ReleasePlan.ForAsync(
            new ReleaseSource
            {
                Image = await ImageReader.ReadAsync("tiny", layout, default),
                Layout = layout,
                Trust = trust.Layout,
                Git = new GitState
                {
                    Commit = new string('a', 40),
                    Tag = "tiny/v1.0.0",
                    Distance = 0,
                    Commits = 1,
                    Branch = "main",
                    IsDirty = false,
                },
                Version = "v1.0.0",
                Official = Official,
                Destinations = ImmutableArray.Create(
                    Reference.Parse($"{one}/ours/tiny{number}"),
                    Reference.Parse($"{two}/ours/tiny{number}")
                ),
            },
            default
        );

    private static async Task<double> SecondsAsync(Func<Task> action)
    {
        long begin = Stopwatch.GetTimestamp();
        await action();
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
