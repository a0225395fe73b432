using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Node.Tests;

/// <summary>
/// A release of the product's own kubelet and flannel-cni from compiled upstream programs, and of a small image for pods, on two real
/// registries: made as a maintainer does, from <c>--upstream-mirror</c> to <c>Assets</c>.
/// </summary>
internal sealed class NodeRelease : IAsyncDisposable
{
    public const string Pod = "pod";
    private const string PodVersion = "v1.0.0";
    private const string Architecture = "amd64";

    private readonly ScratchRepository _repository;

    private NodeRelease(ScratchRepository repository, DockerRegistry quay, DockerRegistry hub)
    {
        _repository = repository;
        Quay = quay;
        Hub = hub;
    }

    /// <summary>In place of quay.io, which every image's official repository is on.</summary>
    public DockerRegistry Quay { get; }

    /// <summary>In place of docker.io.</summary>
    public DockerRegistry Hub { get; }

    private string[] Map => ["--registry-map", $"quay.io=http://{Quay.Host}", $"docker.io=http://{Hub.Host}"];

    public static async Task<NodeRelease> MakeAsync()
    {
        string programs = await KubernetesPrograms.RequireAsync(Architecture);
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        string plugins = await NetworkPlugins.CompileAsync(Architecture);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        NodeRelease release = new(repository, await DockerRegistry.StartAsync(), await DockerRegistry.StartAsync());
        try
        {
            await AddKubernetesAsync(repository, programs, Architecture);
            await release.AddPluginsAsync(plugins);
            repository.AddCompiledImage("flannel-cni", NetworkPlugins.Version, Architecture);
            repository.AddImage(Pod, PodImage.Definition(PodVersion), PodImage.Contract);
            await repository.LockAsync();
            await repository.CommitAsync(
                "A node",
                $"kubelet/{KubernetesPrograms.Version}",
                $"flannel-cni/{NetworkPlugins.Version}",
                $"{Pod}/{PodVersion}"
            );
            await release.RunAsync("Assemble", "Inspect", "Sign", "Publish", "Assets", "--upstream-mirror", repository.Mirror.Path);
            return release;
        }
        catch
        {
            await release.DisposeAsync();
            throw;
        }
    }

    /// <summary>kubelet's image alone, assembled and inspected, of one architecture; the caller disposes the repository.</summary>
    public static async Task<ScratchRepository> AssembleKubeletAsync(string architecture)
    {
        string programs = await KubernetesPrograms.RequireAsync(architecture);
        await PeerPrograms.RequireAsync(Peer.Gpgv);
        ScratchRepository repository = await ScratchRepository.CreateAsync();
        try
        {
            await AddKubernetesAsync(repository, programs, architecture);
            await repository.LockAsync();
            await repository.CommitAsync("A kubelet", $"kubelet/{KubernetesPrograms.Version}");
            (await repository.Slipway.RunAsync("Assemble", "Inspect", "--upstream-mirror", repository.Mirror.Path)).Require();
            return repository;
        }
        catch
        {
            repository.Dispose();
            throw;
        }
    }

    /// <summary>The official repository's reference of an image, by digest.</summary>
    public async Task<string> ReferenceAsync(string image)
    {
        string repository = image == Pod ? "slipway-tests/pod" : $"poseidon/{image}";
        return $"quay.io/{repository}@{await Quay.DigestAsync(repository, _repository.VersionOf(image))}";
    }

    /// <summary>The drop-in for nodes that the release hands out.</summary>
    /// <param name="host">The registry's, as <c>quay.io</c>.</param>
    public string DropIn(string host) =>
        File.ReadAllText(
            Directory
                .EnumerateFiles(_repository.At("artifacts", "kubelet", "assets"), $"*{host}.conf", SearchOption.AllDirectories)
                .Single()
        );

    /// <summary>Unpacks kubelet's image; its root.</summary>
    public async Task<string> UnpackKubeletAsync(string folder)
    {
        string name = $"{KubernetesPrograms.Version}-{Architecture}";
        return (await ImageRoot.UnpackAsync(_repository.Layout("kubelet"), name, Platform.LinuxAmd64, folder)).Path;
    }

    /// <summary>What the product says of a release, from the registries.</summary>
    public Task<ChildResult> VerifyAsync(string reference) =>
        _repository.Slipway.RunAsync(["Verify", "--reference", reference, "--public-key", _repository.Key.Public, .. Map]);

    public async ValueTask DisposeAsync()
    {
        await Quay.DisposeAsync();
        await Hub.DisposeAsync();
        _repository.Dispose();
    }

    private async Task RunAsync(params string[] arguments) =>
        (await _repository.Slipway.RunAsync([.. arguments, "--signing-key", _repository.Key.Private, .. Map])).Require();

    /// <summary>kubelet's definition with compiled programs, which are laid out as upstream's hosts have them.</summary>
    private static async Task AddKubernetesAsync(ScratchRepository repository, string programs, string architecture)
    {
        StandInUpstream upstream = new(repository.Mirror.Path);
        foreach (string program in (string[])["kubelet", "kubectl"])
        {
            await using FileStream file = File.OpenRead(Path.Combine(programs, program));
            await upstream.AddAsync(
                new Uri($"https://dl.k8s.io/release/{KubernetesPrograms.Version}/bin/linux/{architecture}/{program}"),
                "",
                file,
                TestContext.Current.CancellationToken
            );
        }

        repository.AddCompiledImage("kubelet", KubernetesPrograms.Version, architecture);
    }

    private async Task AddPluginsAsync(string plugins)
    {
        StandInUpstream upstream = new(_repository.Mirror.Path);
        string release = $"https://github.com/containernetworking/plugins/releases/download/{NetworkPlugins.Version}";
        await upstream.AddArchiveAsync(
            new Uri($"{release}/cni-plugins-linux-{Architecture}-{NetworkPlugins.Version}.tgz"),
            "",
            [
                .. Directory
                    .EnumerateFiles(plugins)
                    .Order(StringComparer.Ordinal)
                    .Select(file => KeyValuePair.Create(Path.GetFileName(file), Stream () => File.OpenRead(file))),
            ],
            TestContext.Current.CancellationToken
        );
    }
}
