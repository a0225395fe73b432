using Slipway.Development;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What is handed out with slipway-verify: users check it with their own programs before they run it.</summary>
public sealed class PackageTests
{
    [Fact]
    public async Task The_list_of_checksums_names_each_file_and_its_signature_holds_for_cosign_and_OpenSSL()
    {
        (string files, string key) = await CompiledProgram.GetFilesAsync();
        using ScratchFolder folder = new();
        foreach (string file in Directory.EnumerateFiles(files))
            File.Copy(file, folder.At(Path.GetFileName(file)));
        File.Copy(key, folder.At("release.pub"));
        // cosign 2 asks Sigstore whom to trust before it reads a bundle, although a key does not need that.
        folder.Write("nobody.json", """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""");
        DocumentBlock block = VerifyDocument
            .Read()
            .Blocks.Single(block => block.Text.StartsWith("cosign verify-blob ", StringComparison.Ordinal));
        (await PeerPrograms.RequireAsync(Peer.Cosign)).WriteScript(folder);
        string check = block.Text.Replace(
            "slipway-verify-linux-amd64",
            ProgramCompiler.FileOf(ProgramCompiler.Own!),
            StringComparison.Ordinal
        );

        ChildResult checkedFiles = (await ShellAsync(folder, check)).Require();
        Assert.Equal(2, checkedFiles.Output.Split('\n').Count(line => line.EndsWith(": OK", StringComparison.Ordinal)));
        string openssl = (await PeerPrograms.RequireAsync(Peer.Openssl)).WriteScript(folder),
            jq = (await PeerPrograms.RequireAsync(Peer.Jq)).WriteScript(folder);
        string signature =
            $"'{jq}' -r .messageSignature.signature SHA256SUMS.sigstore.json | base64 -d > SHA256SUMS.bin && "
            + $"'{openssl}' dgst -sha256 -verify release.pub -signature SHA256SUMS.bin SHA256SUMS";
        Assert.Contains("Verified OK", (await ShellAsync(folder, signature)).Require().Output, StringComparison.Ordinal);

        await File.AppendAllTextAsync(folder.At("SHA256SUMS"), "\n", TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await ShellAsync(folder, check)).ExitCode);
    }

    /// <summary>What a release reads of another machine, whose record says what it compiled.</summary>
    [Fact]
    public async Task The_record_names_each_file_and_what_compiled_it()
    {
        (string folder, _) = await CompiledProgram.GetFilesAsync();
        Release.CompiledProgram program = await Release.CompiledProgram.ReadAsync(folder, TestContext.Current.CancellationToken);
        Assert.Equal((ProgramCompiler.Name, Images.Toolchain.Running), (program.Name, program.Toolchain));
        Assert.Equal([ProgramCompiler.FileOf(ProgramCompiler.Own!), ProgramCompiler.PortableFile], program.Files.Keys);
        Assert.Equal(2, (await program.FilesAsync(folder, TestContext.Current.CancellationToken)).Length);
    }

    [Fact]
    public async Task The_archive_runs_wherever_there_is_a_runtime()
    {
        (string files, _) = await CompiledProgram.GetFilesAsync();
        using ScratchFolder folder = new();
        (await new ChildProcess("tar", "-xf", Path.Combine(files, ProgramCompiler.PortableFile), "-C", folder.Path).RunAsync()).Require();
        VerifyProgram portable = new(folder.At(ProgramCompiler.Name, $"{ProgramCompiler.Name}.dll"));
        Assert.Equal(
            (await (await CompiledProgram.GetAsync()).RunAsync("--version")).Require().Output,
            (await portable.RunAsync("--version")).Require().Output
        );
    }

    /// <summary>A native program has no runtime beside it, so what is wrong with the runtime is wrong with the program.</summary>
    [Fact]
    public async Task The_SBOM_names_the_runtime_that_is_compiled_in()
    {
        (string files, _) = await CompiledProgram.GetFilesAsync();
        SpdxDocument sbom = SpdxDocument.Parse(
            await File.ReadAllBytesAsync(
                Path.Combine(Path.GetDirectoryName(files)!, $"{ProgramCompiler.Name}.spdx.json"),
                TestContext.Current.CancellationToken
            )
        );
        string runtime =
            $"Microsoft.NETCore.App.Runtime.NativeAOT.{(ProgramCompiler.Own == Platform.LinuxAmd64 ? "linux-x64" : "linux-arm64")}";
        SpdxPackage package = Assert.Single(sbom.Packages, package => package.Name == runtime);
        Assert.Matches(@"^10\.0\.[0-9]+\z", package.Version);
        Assert.Equal($"pkg:nuget/{runtime}@{package.Version}", package.Purl);
        Assert.Equal("MIT", package.LicenceDeclared);
        Assert.Equal("SHA512", package.Checksum!.Algorithm);
        Assert.Contains(sbom.Contains, one => one.Part == package.Id);
        Assert.Contains(sbom.Packages, package => package.Name == "System.CommandLine");
    }

    private static Task<ChildResult> ShellAsync(ScratchFolder folder, string command) =>
        new ChildProcess("/bin/sh", "-ec", command)
        {
            WorkingDirectory = folder.Path,
            Variables = new Dictionary<string, string?>
            {
                ["HOME"] = folder.Path,
                ["COSIGN_TRUSTED_ROOT"] = "nobody.json",
                ["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}",
            },
        }.RunAsync();
}
