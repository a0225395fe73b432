using System.Collections.Immutable;
using System.IO.Pipes;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Fetching;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>
/// Builds images from their Dockerfiles, each platform on its Engine, and makes <c>NAME/dockerfile/layout</c> of the results.
/// </summary>
/// <param name="workspace">Of Dockerfile builds.</param>
/// <param name="engines">One for each platform.</param>
/// <param name="debian">Where apt reads the packages of a lock.</param>
internal sealed class DockerfileWorkflow(
    Workspace workspace,
    EngineChoice engines,
    Func<ImageLock, DebianMirror> debian,
    Action<string> log,
    TimeProvider time
)
{
    /// <summary>The longest that a build may take, and its image be there.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromHours(3);

    /// <summary>What every stage begins with, <c>NAME@sha256:…</c>; null makes a base on the spot.</summary>
    public Reference? Base { get; init; }

    /// <summary>Upstream's files at home, where Engines of this machine read them; null lets them ask upstream.</summary>
    public ContentCache? Upstream { get; init; }

    public async Task<AssembledImage> BuildAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        // Read once: what the platforms are built from must be one thing, and the record that of just this.
        DockerfileContext context = DockerfileContext.Of(input.Definition);
        AssemblyInput from = AssemblyInput.Of(input) with { Dockerfile = context.Digest };
        DateTimeOffset started = time.GetUtcNow();
        OciLayout layout = OciLayout.Create(workspace.Layout(input.Name));
        ContentsFolder contents = workspace.Contents(input.Name);
        string record = Path.Combine(workspace.Results(input.Name), AssemblyRecord.FileName);
        File.Delete(record);
        contents.Clear();
        DockerfileImport import = new(input, layout, contents);
        foreach (Platform platform in input.Platforms)
            await BuildAsync(input, platform, context, import, cancellationToken);
        AssembledImage image = await import.FinishAsync(cancellationToken);
        await new AssemblyRecord(image.Index.Digest, from, Toolchain.Running, started, time.GetUtcNow()).WriteAsync(
            record,
            cancellationToken
        );
        log($"{input.Name}: {image.Index.Digest}");
        return image;
    }

    private async Task BuildAsync(
        AssemblyRequest input,
        Platform platform,
        DockerfileContext context,
        DockerfileImport import,
        CancellationToken cancellationToken
    )
    {
        EngineClient engine = await engines.ConnectAsync(platform, cancellationToken);
        log($"{input.Name} {platform}: building its {DockerfileContext.FileName} on the Engine at {engine.Address}, {engine.Version}");
        await using UpstreamProxy? door = await DoorAsync(input, platform, engine, cancellationToken);
        await using TemporaryImage? made = Base is null ? await BaseAsync(input, platform, engine, cancellationToken) : null;
        DockerfileArguments arguments = new()
        {
            Request = input,
            Platform = platform,
            Debian = debian(input.Lock),
            Base = Base?.ToString() ?? made!.Name,
            Locate = file => door?.Locate(new Uri(file.Location)) ?? new Uri(file.Location),
        };
        BuildRequest request = new()
        {
            Context = context.Entries,
            Arguments = arguments.ToMap(),
            Platform = platform,
            Network = ContainerNetwork.Host,
        };
        await using TemporaryImage built = await BuildAsync(input, engine, request, cancellationToken);
        await ImportAsync(engine, built.Name, archive => import.AddAsync(platform, archive, cancellationToken), cancellationToken);
    }

    private async Task<TemporaryImage> BuildAsync(
        AssemblyRequest input,
        EngineClient engine,
        BuildRequest request,
        CancellationToken cancellationToken
    )
    {
        bool isForeign = false;
        try
        {
            return await engine.BuildPassingAsync(request, Limit, Tell, cancellationToken);
        }
        catch (EngineException e) when (e.IsResponse && (isForeign || IsForeign(e.Message)))
        {
            throw new WorkflowException(
                $"{input.Name} {request.Platform}: the Engine at {engine.Address} runs no {request.Platform}: {e.Message}. Install "
                    + $"qemu-user-static there, or name another Engine with --docker-host {request.Platform}=ADDRESS",
                FailureKind.Unavailable
            );
        }

        void Tell(string line)
        {
            isForeign |= IsForeign(line);
            log($"  {line}");
        }

        // What a kernel says of a program of another machine that nothing is registered for (execve(2), ENOEXEC).
        static bool IsForeign(string text) => text.Contains("exec format error", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Passes an image on while it comes, so that it takes no memory whatever its size.</summary>
    private static async Task ImportAsync(EngineClient engine, string image, Func<Stream, Task> import, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using AnonymousPipeServerStream writer = new(PipeDirection.Out);
        using AnonymousPipeClientStream reader = new(PipeDirection.In, writer.ClientSafePipeHandle);
        Task export = Task.Run(
            async () =>
            {
                try
                {
                    await engine.ExportAsync(image, writer, either.Token);
                }
                finally
                {
                    await writer.DisposeAsync();
                }
            },
            CancellationToken.None
        );
        try
        {
            await import(reader);
            await reader.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch
        {
            await either.CancelAsync();
            await reader.DisposeAsync();
            // What went wrong on the wire is why the archive is broken, and the better reason.
            if (await Record(export) is EngineException lost)
                throw lost;
            throw;
        }

        await export;
    }

    private static async Task<Exception?> Record(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception e) when (e is EngineException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return e;
        }
    }

    private async Task<TemporaryImage> BaseAsync(
        AssemblyRequest input,
        Platform platform,
        EngineClient engine,
        CancellationToken cancellationToken
    )
    {
        (OciLayout layout, Descriptor manifest) = await new DebianBase(workspace, log, time).OfAsync(
            input,
            platform,
            debian(input.Lock),
            cancellationToken
        );
        return await engine.LoadPassingAsync(layout, manifest, Limit, cancellationToken);
    }

    private async Task<UpstreamProxy?> DoorAsync(
        AssemblyRequest input,
        Platform platform,
        EngineClient engine,
        CancellationToken cancellationToken
    )
    {
        if (Upstream is null)
            return null;
        if (engine.Address.Scheme == EngineScheme.Ssh)
            throw new WorkflowException(
                $"{input.Name} {platform}: the Engine at {engine.Address} cannot read files of this machine, which --upstream-mirror "
                    + "and --rehearsal need",
                FailureKind.WrongUse
            );
        NextCommand fetch = new("Fetch") { Image = input.Name };
        var files = ImmutableArray.CreateBuilder<KeyValuePair<Uri, string>>();
        foreach (LockedUpstream file in input.Lock.Upstream)
        {
            LockedFile locked = file.Files[platform.Architecture];
            string path = Upstream.Find(locked.Digest, locked.Size)
                ?? throw fetch.After(new ContentException($"{input.Name} {platform}: {file.Name} is not in the cache. Run {fetch}"));
            files.Add(KeyValuePair.Create(new Uri(locked.Location), path));
        }

        return await UpstreamProxy.OpenAsync(files, cancellationToken);
    }
}
