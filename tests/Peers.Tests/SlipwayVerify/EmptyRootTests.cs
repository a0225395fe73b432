using System.Text.RegularExpressions;
using Slipway.Graph.Tests;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// slipway-verify needs nothing but the C library, OpenSSL, random bytes of the kernel's and, for a registry by TLS, whom to trust: not
/// /etc, /proc or /tmp, and no .NET.
/// </summary>
public sealed partial class EmptyRootTests(TamperedReleases made, SignedTools tools)
    : IClassFixture<TamperedReleases>,
        IClassFixture<SignedTools>
{
    [Fact]
    public async Task It_verifies_files_and_a_registry_with_libc_and_OpenSSL_alone()
    {
        VerifyProgram program = await CompiledProgram.GetAsync();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "a root of its own needs root");
        using ScratchFolder root = new();
        foreach (string library in await LibrariesAsync(program.File))
            Copy(library, root.At(library[1..]));
        Copy(program.File, root.At("slipway-verify"));
        Copy(made.Repository.Key.Public, root.At("release.pub"));
        Copy(tools.Repository.Key.Public, root.At("tools.pub"));
        // Every container has this, and a root that somebody made by hand.
        Directory.CreateDirectory(root.At("dev"));
        (await new ChildProcess("mknod", "-m", "666", root.At("dev", "urandom"), "c", "1", "9").RunAsync()).Require();
        using ToolsCopy files = await tools.CopyAsync();
        (await new ChildProcess("cp", "-r", files.Folder, root.At("tools")).RunAsync()).Require();
        VerifyProgram alone = new("/slipway-verify")
        {
            Prefix = ["chroot", root.Path],
            Variables = new Dictionary<string, string?> { ["HOME"] = null },
        };

        Assert.Contains(
            "verified: sha256:",
            (await alone.RunAsync("oci:/tools/layout:v1.0.0", "--key", "/tools.pub", "--official", PublishedTools.Official))
                .Require()
                .Output,
            StringComparison.Ordinal
        );

        await using TamperedRegistry at = await made.CopyAsync();
        string[] release = [$"{TamperedRegistry.Official}:v1.0.0-r1", "--registry-map", $"quay.io={at.Address}"];
        Assert.StartsWith(
            $"{TamperedRegistry.Official}@sha256:",
            (await alone.RunAsync([.. release, "--key", "/release.pub", "--digest"])).Require().Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "signed-by-other-key",
            (await alone.RunAsync([.. release, "--key", "/tools.pub"])).Require(65).Error,
            StringComparison.Ordinal
        );
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
