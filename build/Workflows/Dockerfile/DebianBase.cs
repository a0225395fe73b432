using System.Globalization;
using System.Text;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// The base image of Dockerfile builds where none is named: a minimal Debian with apt, of the lock's suites, made by mmdebstrap with its
/// maintainer scripts run. That takes root, and for another architecture an emulator that the kernel knows. Kept in a layout for
/// each lock and architecture, so that it is made once.
/// </summary>
internal sealed class DebianBase(Workspace workspace, Action<string> log, TimeProvider time)
{
    private const string Program = "mmdebstrap";
    private const string Recipe = "1";

    /// <summary>Of what it prints, in bytes.</summary>
    private const int MostKept = 64 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(45);

    /// <summary>It has mounts to take away.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>The layout and the manifest in it.</summary>
    /// <exception cref="ToolMissingException">There is no mmdebstrap.</exception>
    /// <exception cref="WorkflowException">It failed, or this is not root.</exception>
    public async Task<(OciLayout Layout, Descriptor Manifest)> OfAsync(
        AssemblyRequest input,
        Platform platform,
        DebianMirror mirror,
        CancellationToken cancellationToken
    )
    {
        string suites = string.Join('\n', input.Lock.Suites.Select(suite => $"{suite.Name} {suite.InRelease}"));
        string key = Digest
            .Of(Encoding.UTF8.GetBytes($"{Recipe}\n{platform}\n{string.Join(' ', input.Lock.Debian.Components)}\n{suites}"))
            .Hex[..16];
        KeptBases bases = new(workspace.Bases, time);
        string name = $"{platform.Architecture}-{key}";
        string folder = bases.At(name);
        if (Kept(folder, platform) is { } kept)
        {
            bases.Use(name);
            return kept;
        }

        if (!Environment.IsPrivilegedProcess)
            throw new WorkflowException(
                $"{input.Name} {platform}: a base image is made by {Program}, which needs root. Run as root, or name one with "
                    + "--base NAME@sha256:…",
                FailureKind.Refused
            );
        string unfinished = bases.NewUnfinished(name);
        try
        {
            log($"{input.Name} {platform}: making a base image of {input.Lock.Suites[0].Name} with {Program}");
            string tar = Path.Combine(unfinished, "root.tar");
            await RunAsync(input.Lock, platform, mirror, tar, cancellationToken);
            await WriteAsync(OciLayout.Create(Path.Combine(unfinished, "layout")), input.Lock, platform, tar, cancellationToken);
            File.Delete(tar);
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            Directory.Move(unfinished, folder);
            return Kept(folder, platform)!.Value;
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static (OciLayout, Descriptor)? Kept(string folder, Platform platform)
    {
        if (!Directory.Exists(folder))
            return null;
        try
        {
            OciLayout layout = OciLayout.Open(Path.Combine(folder, "layout"));
            return layout.ReadIndex().Manifests is [var only] && only.Platform == platform ? (layout, only) : null;
        }
        catch (ContentException)
        {
            return null;
        }
    }

    private async Task RunAsync(
        ImageLock imageLock,
        Platform platform,
        DebianMirror mirror,
        string tar,
        CancellationToken cancellationToken
    )
    {
        string[] arguments =
        [
            "--mode=root",
            "--variant=apt",
            "--format=tar",
            $"--architectures={platform.Architecture}",
            $"--keyring={workspace.Keyring}",
            // Whether the architecture runs here is known soon enough; mmdebstrap's own way to find out needs one more package.
            "--skip=check/qemu",
            "--aptopt=Acquire::Check-Valid-Until \"false\"",
            "--dpkgopt=force-unsafe-io",
            imageLock.Suites[0].Name,
            tar,
            .. DockerfileArguments.SourcesOf(imageLock, mirror, ""),
        ];
        try
        {
            ChildProcess mmdebstrap = new(Program, arguments)
            {
                Environment = ProgramEnvironment.Mmdebstrap,
                Variables =
                [
                    ("SOURCE_DATE_EPOCH", imageLock.Timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
                    ("LC_ALL", "C.UTF-8"),
                    ("DEBIAN_FRONTEND", "noninteractive"),
                ],
                Remedy = $"install the package {Program}",
                TimeLimit = Limit,
                Output = OutputLimit.KeepEnds(MostKept),
                Grace = Grace,
            };
            ProcessResult result = await mmdebstrap.RunAsync(cancellationToken);
            if (!result.Success)
                throw new WorkflowException(
                    $"{Program} for {platform} ended with {result.ExitCode}: {Printable.Of(string.Join(" | ", result.LastLines()))}",
                    FailureKind.Unavailable
                );
        }
        catch (ProgramException e) when (e.IsTooSlow)
        {
            throw new WorkflowException($"{Program} for {platform} took longer than {Limit.TotalMinutes} minutes", FailureKind.TryAgain);
        }
    }

    private static async Task WriteAsync(
        OciLayout layout,
        ImageLock imageLock,
        Platform platform,
        string tar,
        CancellationToken cancellationToken
    )
    {
        Layer layer;
        string blob = tar + ".gz";
        await using (FileStream output = File.Create(blob))
            layer = await Task.Run(() => BaseLayer.Write(tar, imageLock.Timestamp, output, cancellationToken), cancellationToken);
        await layout.AddBlobFileAsync(layer.Blob, blob, cancellationToken);
        ImageConfig config = new()
        {
            Platform = platform,
            Created = imageLock.Timestamp,
            DiffIds = [layer.DiffId],
            History = [layer.Title],
            Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), cancellationToken), [layer.Blob]);
        Descriptor written = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), cancellationToken);
        layout.WriteIndex(new Oci.Index([written with { Platform = platform }]));
    }
}
