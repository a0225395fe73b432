using System.Collections.Immutable;
using Slipway.Oci;

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

    /// <summary>The body of "ContainerCreate".</summary>
    /// <param name="labels">What marks it as ours.</param>
    /// <param name="removesItself">Whether the Engine removes it when it ends.</param>
    internal byte[] ToBytes(ImmutableSortedDictionary<string, string> labels, bool removesItself) => OciJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("Image", Image);
        WriteTexts("Entrypoint", Entrypoint);
        WriteTexts("Cmd", Command);
        WriteTexts("Env", [.. Environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        if (User is not null)
            writer.WriteString("User", User);
        writer.WriteBoolean("AttachStdout", true);
        writer.WriteBoolean("AttachStderr", true);
        writer.WriteMap("Labels", labels);
        writer.WriteStartObject("HostConfig");
        // An Engine that dies takes it away when it is back.
        writer.WriteBoolean("AutoRemove", removesItself);
        writer.WriteString("NetworkMode", Network switch { ContainerNetwork.None => "none", ContainerNetwork.Bridge => "bridge", _ => "host" });
        WriteTexts("CapDrop", ["ALL"]);
        WriteTexts("CapAdd", Capabilities);
        WriteTexts("SecurityOpt", ["no-new-privileges"]);
        writer.WriteBoolean("ReadonlyRootfs", !IsRootWritable);
        writer.WriteNumber("Memory", Memory);
        writer.WriteNumber("MemorySwap", Memory);
        writer.WriteNumber("PidsLimit", Processes);
        // Else the Engine keeps all output in a file.
        writer.WriteStartObject("LogConfig");
        writer.WriteString("Type", "none");
        writer.WriteEndObject();
        WriteMounts();
        writer.WriteEndObject();
        writer.WriteEndObject();

        void WriteTexts(string name, ImmutableArray<string> texts)
        {
            if (texts.IsEmpty)
                return;
            writer.WriteStartArray(name);
            foreach (string text in texts)
                writer.WriteStringValue(text);
            writer.WriteEndArray();
        }

        void WriteMounts()
        {
            writer.WriteStartObject("Tmpfs");
            foreach (string folder in Scratch.Distinct(StringComparer.Ordinal))
                writer.WriteString(folder, "rw,exec,nosuid,nodev,size=256m");
            writer.WriteEndObject();
            writer.WriteStartArray("Mounts");
            foreach (ContainerMount mount in Mounts)
            {
                writer.WriteStartObject();
                writer.WriteString("Type", "bind");
                writer.WriteString("Source", mount.Source);
                writer.WriteString("Target", mount.Target);
                writer.WriteBoolean("ReadOnly", mount.IsReadOnly);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }
    });
}

/// <summary>How a container ended.</summary>
/// <param name="ExitCode">137 also when it was killed, as for taking too much memory.</param>
/// <param name="IsTimedOut">Whether it was killed because its time was over.</param>
public sealed record ContainerResult(int ExitCode, bool IsTimedOut = false);
