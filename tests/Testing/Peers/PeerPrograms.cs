using System.Runtime.InteropServices;
using Slipway.Debian;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// Finds peers: on <c>PATH</c>, else fetched from Debian without any rights (<see cref="PeerPackages"/>). A test whose
/// peer cannot be had is skipped; where <c>CI</c> is <c>true</c> and <c>.ci/peers.txt</c> names the peer, it fails.
/// </summary>
public static class PeerPrograms
{
    private const string Binfmt = "/proc/sys/fs/binfmt_misc/qemu-aarch64";

    /// <summary>What this machine runs without help.</summary>
    public static Platform Native { get; } =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Platform.LinuxArm64 : Platform.LinuxAmd64;

    /// <summary>Whether this run must have every peer of the list.</summary>
    public static bool IsContinuousIntegration => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The list of peers that a CI machine must have: <c>.ci/peers.txt</c>.</summary>
    public static string ListPath => SourceTree.At(".ci", "peers.txt");

    /// <summary>The names in the list, without comments, in its order.</summary>
    public static IReadOnlyList<string> Listed() =>
        [.. File.ReadLines(ListPath).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];

    /// <summary>The program, ready to be run; the test is skipped, or in CI fails, when it cannot be had.</summary>
    public static async Task<PeerProgram> RequireAsync(Peer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        string reason;
        try
        {
            if (await FindAsync(peer) is { } program)
                return program;
            reason = $"{peer.Program} is not on PATH";
        }
        catch (PeerMissingException e)
        {
            reason = e.Message;
        }
        catch (Exception e) when (e is ProgramException or RemoteException or ContentException or ResolutionException)
        {
            reason = $"{peer.Program} is not on PATH and cannot be fetched: {e.Message}";
        }

        throw Missing(peer.Name, reason);
    }

    /// <summary>Ends a test whose peer cannot be had: it is skipped, or in CI fails.</summary>
    /// <param name="name">As <c>.ci/peers.txt</c> has it.</param>
    /// <returns>Nothing: it throws.</returns>
    public static Exception Missing(string name, string reason)
    {
        RequireInContinuousIntegration(name, reason);
        Assert.Skip($"peer {name}: {reason}");
        return new PeerMissingException(reason);
    }

    /// <summary>Fails in CI where the list says that it has the peer.</summary>
    public static void RequireInContinuousIntegration(string name, string reason)
    {
        if (IsContinuousIntegration && Listed().Contains(name))
            Assert.Fail($"peer {name}: {reason}; {ListPath} says that CI has it");
    }

    /// <summary>A program of that name on <c>PATH</c> or where administrators' programs are; null when there is none.</summary>
    public static string? OnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Append("/sbin")
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

    private static async Task<PeerProgram?> FindAsync(Peer peer)
    {
        if (!peer.IsOnlyFetched && OnPath(peer.Program) is { } path)
        {
            PeerProgram program = new(peer, path);
            if (peer == Peer.Docker || peer == Peer.DockerArm64)
                await RequireEngineAsync(program);
            if (peer == Peer.QemuArm64)
                await RequireRegisteredAsync();
            return program;
        }

        return peer.Package is null ? null : await PeerPackages.FetchAsync(peer, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// With flag F the kernel holds the interpreter open, so that it need not lie in the root of the program (binfmt_misc).
    /// </summary>
    private static async Task RequireRegisteredAsync()
    {
        string said = File.Exists(Binfmt) ? await File.ReadAllTextAsync(Binfmt) : "";
        if (
            !said.Split('\n')
                .Any(line => line.StartsWith("flags:", StringComparison.Ordinal) && line.Contains('F', StringComparison.Ordinal))
        )
            throw new PeerMissingException(
                $"{Binfmt} is not registered, or without the flag F. Install qemu-user-static and binfmt-support"
            );
    }

    private static async Task RequireEngineAsync(PeerProgram docker)
    {
        ChildResult version = await docker.RunAsync("version", "--format", "{{.Server.Version}}");
        if (version.ExitCode != 0)
            throw new PeerMissingException($"no Docker Engine answers: {version.Error.Trim()}");
        if (docker.Peer == Peer.DockerArm64 && RuntimeInformation.ProcessArchitecture != Architecture.Arm64 && !File.Exists(Binfmt))
            throw new PeerMissingException(
                $"the engine runs no linux/arm64: {Binfmt} is not registered. Install qemu-user-static and binfmt-support"
            );
    }
}

/// <summary>A peer is not to be had here; the message says why.</summary>
public sealed class PeerMissingException(string message) : Exception(message);

/// <summary>A peer that is here.</summary>
/// <param name="File">What to start.</param>
/// <param name="Prefix">What comes before the program's own arguments: its loader's.</param>
public sealed record PeerProgram(Peer Peer, string File, params IReadOnlyList<string> Prefix)
{
    /// <summary>Where its packages were unpacked, all in <c>usr/</c>; null for one of <c>PATH</c>.</summary>
    public string? Root { get; init; }

    /// <summary>The program with arguments, to be run.</summary>
    public ChildProcess With(params IReadOnlyList<string> arguments) => new(File, [.. Prefix, .. arguments]);

    /// <summary>
    /// A script below a folder, by the program's name, that starts it with some variables: for what wants one file, or finds programs on
    /// <c>PATH</c>. Returns its path.
    /// </summary>
    public string WriteScript(ScratchFolder folder, IReadOnlyDictionary<string, string?>? variables = null)
    {
        string[] exports =
        [
            .. (variables ?? new Dictionary<string, string?>())
                .Where(variable => variable.Value is not null)
                .Select(variable => $"export {variable.Key}='{variable.Value}'\n"),
        ];
        return ProgramFile.Write(
            folder.At(Peer.Program),
            $"#!/bin/sh\n{string.Concat(exports)}exec {string.Join(' ', Prefix.Prepend(File).Select(part => $"'{part}'"))} \"$@\"\n"
        );
    }

    /// <summary>Runs it to its end.</summary>
    public Task<ChildResult> RunAsync(params IReadOnlyList<string> arguments) => With(arguments).RunAsync();
}
