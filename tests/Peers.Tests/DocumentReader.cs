using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// Somebody who does what <c>docs/verify.md</c> says, in a folder with the public key and the files that it shows. Quay and Docker
/// Hub are the two test registries: cosign has no setting for that, so references that it is given name them; the product
/// has <c>SLIPWAY_REGISTRY_MAP</c> and skopeo <c>registries.conf</c>, so that commands and <c>policy.json</c> stay as they are.
/// </summary>
public sealed class DocumentReader : IDisposable
{
    private const string Quay = "quay.io/poseidon/kubelet",
        Hub = "docker.io/psdn/kubelet",
        Key = "/etc/containers/release.pub";

    private readonly ScratchFolder _folder = new();
    private readonly KubeletRegistries _registries;
    private readonly VerifyDocument _document;

    private DocumentReader(VerifyDocument document, KubeletRegistries registries)
    {
        _document = document;
        _registries = registries;
    }

    /// <summary>A reader who has jq, trixie's skopeo, and the cosign that is asked for.</summary>
    /// <param name="program">As in <c>run=</c>.</param>
    /// <param name="key">The public key; the one that the image was signed with when null.</param>
    public static async Task<DocumentReader> WithAsync(
        string program,
        VerifyDocument document,
        KubeletRegistries registries,
        string? key = null
    )
    {
        if (program is not ("slipway" or "slipway-verify" or "skopeo" or "cosign-2" or "cosign-3"))
            throw new ArgumentException($"run={program}: no such program", nameof(program));
        DocumentReader reader = new(document, registries);
        reader.Install("jq", await PeerPrograms.RequireAsync(Peer.Jq));
        reader.Install("skopeo", await PeerPrograms.RequireAsync(Peer.SkopeoOfTrixie));
        reader.Install("cosign", await PeerPrograms.RequireAsync(program == "cosign-3" ? Peer.Cosign3 : Peer.Cosign));
        if (program == "slipway-verify")
            reader.Script(
                "bin/slipway-verify",
                [(await CompiledProgram.GetAsync()).File],
                $"--registry-map quay.io=http://{registries.Quay.Host} --registry-map docker.io=http://{registries.Hub.Host}"
            );
        reader.WriteFiles(key ?? registries.Repository.Key.Public);
        return reader;
    }

    /// <summary>A path in the reader's folder.</summary>
    public string At(string name) => _folder.At(name);

    /// <summary>Does what a block says, for Quay's repository as it stands there, or for Docker Hub's in its place.</summary>
    /// <param name="change">Made to the command beforehand.</param>
    public Task<ChildResult> RunAsync(DocumentBlock block, bool onHub, Func<string, string>? change = null) =>
        block.File is null ? ShellAsync("-ec", Named((change ?? (text => text))(block.Text), onHub)) : VerifierAsync(block.File, onHub);

    /// <summary>Does what a command says that is in no document: as it stands, for the test registries in place of both.</summary>
    public Task<ChildResult> RunAsync(string command) => ShellAsync("-ec", Named(command, onHub: false));

    /// <summary>What containerd asks the verifier about an image.</summary>
    public Task<ChildResult> AskAsync(string file, string reference, string digest) =>
        ShellAsync(At(file), "-name", reference, "-digest", digest, "-stdin-media-type", "application/vnd.oci.descriptor.v1+json");

    public void Dispose() => _folder.Dispose();

    private async Task<ChildResult> VerifierAsync(string file, bool onHub)
    {
        (DockerRegistry registry, string repository) = _registries.Places[onHub ? 1 : 0];
        return await AskAsync(
            file,
            $"{registry.Host}/{repository}:{_document.Version}",
            await registry.DigestAsync(repository, _document.Version)
        );
    }

    private Task<ChildResult> ShellAsync(params string[] arguments) =>
        new ChildProcess("/bin/sh", arguments)
        {
            WorkingDirectory = _folder.Path,
            Variables = new Dictionary<string, string?>
            {
                ["HOME"] = At("home"),
                ["XDG_CONFIG_HOME"] = null,
                ["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["DOCKER_CONFIG"] = At("home"),
                ["REGISTRY_AUTH_FILE"] = null,
                ["SLIPWAY_REGISTRY_MAP"] = $"quay.io=http://{_registries.Quay.Host} docker.io=http://{_registries.Hub.Host}",
            },
            TimeLimit = TimeSpan.FromMinutes(1),
        }.RunAsync();

    private string Named(string text, bool onHub)
    {
        if (onHub)
            text = References(text, Quay, Hub);
        return text.Contains("cosign ", StringComparison.Ordinal) ? Here(text, References) : text;
    }

    /// <summary>With the test registries in place of both.</summary>
    private string Here(string text, Func<string, string, string, string> replace) =>
        replace(replace(text, Quay, $"{_registries.Quay.Host}/poseidon/kubelet"), Hub, $"{_registries.Hub.Host}/psdn/kubelet");

    /// <summary>A repository's name with a tag or digest is what is asked for; without one it is what was signed.</summary>
    private static string References(string text, string from, string to) =>
        text.Replace($"{from}:", $"{to}:", StringComparison.Ordinal).Replace($"{from}@", $"{to}@", StringComparison.Ordinal);

    private void WriteFiles(string key)
    {
        File.Copy(key, At("release.pub"));
        foreach (DocumentBlock block in _document.Blocks.Where(block => block.File is not null))
        {
            string text = block.Text.Replace(Key, At("release.pub"), StringComparison.Ordinal);
            // skopeo asks registries.d about the place that it reads from, and policy.json about the name that it was given.
            _folder.Write(
                block.File!,
                block.File!.StartsWith("registries.d/", StringComparison.Ordinal) || block.Language == "sh"
                    ? Here(text, (all, from, to) => all.Replace(from, to, StringComparison.Ordinal))
                    : text
            );
        }

        _folder.Write(
            "home/.config/containers/registries.conf",
            string.Concat(
                Registry("quay.io", _registries.Quay),
                Registry("docker.io", _registries.Hub),
                Registry(_registries.Quay.Host, _registries.Quay),
                Registry(_registries.Hub.Host, _registries.Hub)
            )
        );
        string[] graph = [SlipwayCommand.Dotnet, "exec", SlipwayCommand.Compiled];
        Script("build.sh", graph, $"--root '{_registries.Repository.Root}'");
    }

    private static string Registry(string name, DockerRegistry at) =>
        $"""
            [[registry]]
            prefix = "{name}"
            location = "{at.Host}"
            insecure = true


            """;

    private void Install(string name, PeerProgram program) => Script($"bin/{name}", [program.File, .. program.Prefix]);

    private void Script(string name, IEnumerable<string> command, string last = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.At(name))!);
        ProgramFile.Write(_folder.At(name), $"#!/bin/sh\nexec {string.Join(' ', command.Select(part => $"'{part}'"))} \"$@\" {last}\n");
    }
}
