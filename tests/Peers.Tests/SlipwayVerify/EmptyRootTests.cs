using System.Text.RegularExpressions;
using Slipway.Graph.Tests;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// slipway-verify needs nothing but the C library, OpenSSL, random bytes of the kernel's and, for a registry by TLS, whom to trust: not
/// /etc, /proc or /tmp, and no .NET.
/// </summary>
public sealed partial class EmptyRootTests(TamperedReleases made, SignedTools tools)
    : IClassFixture<TamperedReleases>,
        IClassFixture<SignedTools>,
        IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("chroot")]
    [InlineData("container")]
    public async Task It_verifies_files_and_a_registry_with_libc_and_OpenSSL_alone(string kind)
    {
        using ScratchFolder root = await RootAsync();
        await using EmptyRoot empty = kind == "chroot" ? await EmptyRoot.ChrootAsync(root) : await EmptyRoot.ContainerAsync(root);

        Assert.Contains(
            "verified: sha256:",
            (await empty.Program().RunAsync("oci:/tools/layout:v1.0.0", "--key", "/tools.pub", "--official", PublishedTools.Official))
                .Require()
                .Output,
            StringComparison.Ordinal
        );

        await using TamperedRegistry at = await made.CopyAsync();
        string[] release = [$"{TamperedRegistry.Official}:v1.0.0-r1", "--registry-map", $"quay.io={at.Address}"];
        Assert.StartsWith(
            $"{TamperedRegistry.Official}@sha256:",
            (await empty.Program().RunAsync([.. release, "--key", "/release.pub", "--digest"])).Require().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "signed-by-other-key",
            (await empty.Program().RunAsync([.. release, "--key", "/tools.pub"])).Require(65).Error,
            StringComparison.Ordinal
        );

        await using Relay front = new(at.Address.Authority) { Certificate = _authority.Issue("127.0.0.1") };
        string[] secure = [release[0], "--registry-map", $"quay.io=https://{front.Host}", "--key", "/release.pub", "--digest"];
        Assert.StartsWith(
            $"{TamperedRegistry.Official}@sha256:",
            (await empty.Program(("SSL_CERT_FILE", "/authority.pem")).RunAsync(secure)).Require().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "an authority that is not trusted here",
            (await empty.Program().RunAsync(secure)).Require(69).Error,
            StringComparison.Ordinal
        );
    }

    /// <summary>The program with its libraries, and what the tests verify; no folder of a system but the libraries'.</summary>
    private async Task<ScratchFolder> RootAsync()
    {
        VerifyProgram program = await CompiledProgram.GetAsync();
        ScratchFolder root = new();
        foreach (string library in await LibrariesAsync(program.File))
            Copy(library, root.At(library[1..]));
        Copy(program.File, root.At("slipway-verify"));
        Copy(made.Repository.Key.Public, root.At("release.pub"));
        Copy(tools.Repository.Key.Public, root.At("tools.pub"));
        root.Write("authority.pem", _authority.Certificate.ExportCertificatePem());
        using ToolsCopy files = await tools.CopyAsync();
        (await new ChildProcess("cp", "-r", files.Folder, root.At("tools")).RunAsync()).Require();
        return root;
    }

    /// <summary>What the program is linked with, and OpenSSL's two libraries, which it loads, with what those are linked with.</summary>
    private static async Task<IReadOnlySet<string>> LibrariesAsync(string program)
    {
        HashSet<string> all = [];
        string cache = (await new ChildProcess("ldconfig", "-p").RunAsync()).Require().Output;
        string[] openssl =
        [
            .. ((string[])["libssl.so.3", "libcrypto.so.3"]).Select(name =>
                Regex.Match(cache, $@"^\s*{Regex.Escape(name)} .*=> (\S+)$", RegexOptions.Multiline).Groups[1].Value
            ),
        ];
        foreach (string file in openssl.Prepend(program))
        foreach (Match match in Path().Matches((await new ChildProcess("ldd", file).RunAsync()).Require().Output))
            all.Add(match.Value);
        all.UnionWith(openssl);
        return all;
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(to)!);
        File.Copy(from, to, overwrite: true);
    }

    [GeneratedRegex(@"/\S+\.so\S*")]
    private static partial Regex Path();
}
