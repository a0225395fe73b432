using System.Collections.Immutable;
using Docker.DotNet.Models;
using Descriptor = Slipway.Oci.Descriptor;
using Platform = Slipway.Oci.Platform;

namespace Slipway.Engine;

/// <summary>What a container may reach of the network.</summary>
public enum ContainerNetwork
{
    /// <summary>Nothing but itself.</summary>
    None,

    /// <summary>What the Engine's own bridge leads to.</summary>
    Bridge,

    /// <summary>All that the Engine's machine does, as itself.</summary>
    Host,
}

/// <summary>A folder or file of the Engine's machine in a container.</summary>
/// <param name="Source">Absolute, on the Engine's machine; it must be there.</param>
/// <param name="Target">Absolute, in the container.</param>
public sealed record ContainerMount(string Source, string Target, bool IsReadOnly = true);

/// <summary>A container that runs once, to its end. What is not said is closed: no network, no capability, no writing.</summary>
/// <param name="Image">A name or an id.</param>
public sealed record ContainerSpec(string Image)
{
    /// <summary>Null for whatever the image is for.</summary>
    public Platform? Platform { get; init; }

    /// <summary>In place of the image's own; empty for that.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments, in place of the image's own; empty for those, unless there is an entrypoint.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Over the image's own.</summary>
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = Descriptor.NoAnnotations;

    /// <summary>A user, as the image's own file knows it; null for the image's.</summary>
    public string? User { get; init; }

    public ContainerNetwork Network { get; init; } = ContainerNetwork.None;

    /// <summary>Capabilities to have, without <c>CAP_</c>; all others are dropped.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Whether it may write to its root.</summary>
    public bool IsRootWritable { get; init; }

    /// <summary>Folders of memory that it may write to, absolute; they are empty when it starts.</summary>
    public ImmutableArray<string> Scratch { get; init; } = [];

    public ImmutableArray<ContainerMount> Mounts { get; init; } = [];

    /// <summary>The most memory, in bytes, swap included.</summary>
    public long Memory { get; init; } = 512L * 1024 * 1024;

    /// <summary>The most processes and threads.</summary>
    public int Processes { get; init; } = 256;

    /// <summary>After this it is killed.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What "ContainerCreate" is asked for.</summary>
    /// <param name="name">What the container is called.</param>
    /// <param name="labels">What marks it as ours.</param>
    /// <param name="removesItself">Whether the Engine removes it when it ends, and takes it away when it is back after it died.</param>
    internal CreateContainerParameters ToParameters(string name, ImmutableSortedDictionary<string, string> labels, bool removesItself) =>
        new()
        {
            Name = name,
            Platform = Platform?.ToString(),
            Image = Image,
            Entrypoint = Some(Entrypoint),
            Cmd = Some(Command),
            Env = Some([.. Environment.Select(pair => $"{pair.Key}={pair.Value}")]),
            User = User ?? "",
            AttachStdout = true,
            AttachStderr = true,
            Labels = labels,
            HostConfig = new HostConfig
            {
                AutoRemove = removesItself,
                NetworkMode = Network switch
                {
                    ContainerNetwork.None => "none",
                    ContainerNetwork.Bridge => "bridge",
                    _ => "host",
                },
                CapDrop = ["ALL"],
                CapAdd = Some(Capabilities),
                SecurityOpt = ["no-new-privileges"],
                ReadonlyRootfs = !IsRootWritable,
                Memory = Memory,
                MemorySwap = Memory,
                PidsLimit = Processes,
                // Else the Engine keeps all output in a file.
                LogConfig = new LogConfig { Type = "none" },
                Tmpfs = Scratch
                    .Distinct(StringComparer.Ordinal)
                    .ToDictionary(folder => folder, _ => "rw,exec,nosuid,nodev,size=256m", StringComparer.Ordinal),
                Mounts =
                [
                    .. Mounts.Select(mount => new Mount
                    {
                        Type = "bind",
                        Source = mount.Source,
                        Target = mount.Target,
                        ReadOnly = mount.IsReadOnly,
                    }),
                ],
            },
        };

    /// <summary>An empty list would stand in place of the image's own; null leaves it.</summary>
    private static string[] Some(ImmutableArray<string> texts) => texts.IsEmpty ? null! : [.. texts];
}

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">137 also when it was killed, as for taking too much memory.</param>
/// <param name="IsTimedOut">Whether it was killed because its time was over.</param>
public sealed record ContainerResult(int ExitCode, bool IsTimedOut = false);
