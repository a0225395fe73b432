using System.Text.RegularExpressions;
using Slipway.Images;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Peers.Tests;

/// <summary>
/// Every command of a release's notes, done word by word by somebody who downloaded the release's files: on two real registries, with
/// cosign 2 and 3, gpg, coreutils and this tool.
/// </summary>
[Collection(PublishedKubelet.Name)]
public sealed partial class ReleaseNotesTests(KubeletFixture fixture) : IDisposable
{
    private const string Program = "slipway-verify-linux-amd64";

    private readonly ScratchFolder _gpgHome = new();
    private readonly ScratchFolder _programs = new();

    public void Dispose()
    {
        _gpgHome.Dispose();
        _programs.Dispose();
    }

    [Theory]
    [InlineData("cosign-2")]
    [InlineData("cosign-3")]
    public async Task Every_command_does_what_the_notes_say_and_fails_when_a_file_was_changed(string cosign)
    {
        await using KubeletRegistries registries = await fixture.PublishAsync();
        string[] commands = Commands(await MakeAsync(registries));
        Assert.Equal(
            [
                "cosign verify-blob",
                "gpg --verify",
                "cosign verify-blob-attestation",
                $"./{Program} quay.io/poseidon/kubelet:{VerifyDocument.Read().Version}",
                "cosign verify",
                "cosign verify",
                "./build.sh Verify",
                "./build.sh Reproduce",
            ],
            commands.Select(command => string.Join(' ', command.Split(' ')[..2]))
        );
        using DocumentReader reader = await DocumentReader.WithAsync(cosign, VerifyDocument.Read(), registries);
        foreach (string file in Directory.EnumerateFiles(registries.Repository.At("artifacts", KubeletFixture.Image, "assets")))
            File.Copy(file, reader.At(Path.GetFileName(file)), overwrite: true);

        // cosign 2 fetches whom Sigstore believes before it looks at a bundle, though a key needs none of it; here nobody can be asked.
        await File.WriteAllTextAsync(
            reader.At("nobody.json"),
            """{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}""",
            TestContext.Current.CancellationToken
        );

        foreach (string command in commands)
            (await reader.RunAsync(With(command, registries))).Require();

        await File.AppendAllTextAsync(reader.At("release.json"), " ", TestContext.Current.CancellationToken);
        Assert.Contains(
            "release.json: FAILED",
            (await reader.RunAsync(With(commands[0], registries))).Require(1).Output,
            StringComparison.Ordinal
        );
        await File.AppendAllTextAsync(reader.At("SHA256SUMS"), "0\n", TestContext.Current.CancellationToken);
        Assert.NotEqual(0, (await reader.RunAsync(With(commands[0], registries))).ExitCode);
        Assert.NotEqual(0, (await reader.RunAsync(With(commands[1], registries))).ExitCode);
        File.Copy(
            SigningKeys.Create(registries.Repository.Beside("keys"), $"other-{cosign}").Public,
            reader.At("release.pub"),
            overwrite: true
        );
        foreach (string command in commands.Where(command => command.Contains("release.pub", StringComparison.Ordinal)))
            Assert.NotEqual(0, (await reader.RunAsync(With(command, registries))).ExitCode);
    }

    [Fact]
    public async Task A_key_that_gpg_lacks_and_a_password_that_is_wrong_are_told_and_nothing_is_left()
    {
        await using KubeletRegistries registries = await fixture.PublishAsync();
        string folder = registries.Repository.At("artifacts", KubeletFixture.Image, "assets");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);

        ChildResult missing = (await AssetsAsync(registries, "0123456789ABCDEF0123456789ABCDEF01234567", null)).Require(78);
        Assert.Contains("the OpenPGP key 0123456789ABCDEF0123456789ABCDEF01234567 signed nothing", missing.Error, StringComparison.Ordinal);

        string locked = await MakeKeyAsync("s3cret words");
        ChildResult wrong = (await AssetsAsync(registries, locked, "other words")).Require(78);
        Assert.Contains("Set SLIPWAY_GPG_PASSWORD", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("other words", wrong.Error, StringComparison.Ordinal);
        (await AssetsAsync(registries, locked, null)).Require(78);
        Assert.False(Directory.Exists(folder));

        (await AssetsAsync(registries, locked, "s3cret words")).Require();
        byte[] signature = await File.ReadAllBytesAsync(Path.Combine(folder, "SHA256SUMS.sig"), TestContext.Current.CancellationToken);
        (await AssetsAsync(registries, locked, null)).Require();
        Assert.Equal(
            signature,
            await File.ReadAllBytesAsync(Path.Combine(folder, "SHA256SUMS.sig"), TestContext.Current.CancellationToken)
        );
    }

    /// <summary>The notes, of a release whose list is signed by gpg, too.</summary>
    private async Task<string> MakeAsync(KubeletRegistries registries) =>
        (await AssetsAsync(registries, await MakeKeyAsync(""), null, "--programs", await CompiledAsync(registries))).Require().Output;

    /// <summary>The real program, as a machine hands it over that compiled it from the release's commit.</summary>
    private async Task<string> CompiledAsync(KubeletRegistries registries)
    {
        (string files, _) = await CompiledProgram.GetFilesAsync();
        string own = Path.Combine(files, Development.ProgramCompiler.FileOf(Development.ProgramCompiler.Own!));
        File.Copy(own, _programs.At(Program));
        string commit = (await new ChildProcess("git", "-C", registries.Repository.Root, "rev-parse", "HEAD").RunAsync())
            .Require()
            .Output.Trim();
        await Release
            .CompiledProgram.Of(
                Development.ProgramCompiler.Name,
                new AssemblyOrigin(Builder.Local.Id) { Commit = commit },
                [_programs.At(Program)]
            )
            .WriteAsync(_programs.Path, TestContext.Current.CancellationToken);
        return _programs.Path;
    }

    private Task<ChildResult> AssetsAsync(KubeletRegistries registries, string key, string? password, params string[] more) =>
        (registries.Repository.Slipway with { Variables = GpgVariables(registries, password) }).RunAsync([
            "Assets",
            "--signing-key",
            registries.Repository.Key.Private,
            "--gpg-key",
            key,
            .. more,
            .. registries.Map,
        ]);

    private Dictionary<string, string?> GpgVariables(KubeletRegistries registries, string? password)
    {
        Dictionary<string, string?> variables = new(registries.Repository.Slipway.Variables) { ["GNUPGHOME"] = _gpgHome.Path };
        variables["SLIPWAY_GPG_PASSWORD"] = password;
        return variables;
    }

    /// <summary>Makes a key in a keyring of the test's own; its fingerprint.</summary>
    private async Task<string> MakeKeyAsync(string password)
    {
        PeerProgram gpg = await PeerPrograms.RequireAsync(Peer.Gpg);
        File.SetUnixFileMode(_gpgHome.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string name = $"{Guid.NewGuid():N}@example.org";
        Dictionary<string, string?> home = new() { ["GNUPGHOME"] = _gpgHome.Path };
        (
            await (
                gpg.With("--batch", "--passphrase", password, "--quick-generate-key", name, "ed25519", "sign", "never") with
                {
                    Variables = home,
                }
            ).RunAsync()
        ).Require();
        // What it was given it keeps: a password is to be asked for again.
        (await new ChildProcess("gpgconf", "--kill", "gpg-agent") { Variables = home }.RunAsync()).Require();
        string listed = (await (gpg.With("--batch", "--with-colons", "--list-secret-keys", name) with { Variables = home }).RunAsync())
            .Require()
            .Output;
        return listed.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
    }

    /// <summary>With a keyring, and what is upstream of this test.</summary>
    private string With(string command, KubeletRegistries registries) =>
        $"export SLIPWAY_UPSTREAM_MIRROR='{registries.Repository.Mirror.Path}'; export "
        + $"GNUPGHOME='{_gpgHome.Path}'; {(command.StartsWith("cosign verify-blob", StringComparison.Ordinal) ? "export COSIGN_TRUSTED_ROOT=nobody.json; " : "")}{command}{Mapped(command, registries)}";

    /// <summary>The program takes each of an option's values by itself.</summary>
    private static string Mapped(string command, KubeletRegistries registries) =>
        command.StartsWith("./slipway-verify", StringComparison.Ordinal)
            ? string.Concat(registries.Map[1..].Select(pair => $" {registries.Map[0]} {pair}"))
            : "";

    /// <summary>One for each line of the notes' blocks of commands that no other line goes on.</summary>
    private static string[] Commands(string notes) =>
        [
            .. Blocks()
                .Matches(notes)
                .SelectMany(block =>
                    block
                        .Groups[1]
                        .Value.Replace("&&\n", "&& ", StringComparison.Ordinal)
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                ),
        ];

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
