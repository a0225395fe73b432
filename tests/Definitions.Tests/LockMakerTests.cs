using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Slipway.Debian;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>Locks made from a small archive on disk that a scratch key signed.</summary>
public sealed class LockMakerTests : IDisposable
{
    private readonly DownloadFixture _bench = new();
    private string? _fingerprint;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lock_names_what_each_architecture_gets_and_in_which_layer()
    {
        Publish(
            "trixie",
            "Sat, 03 Jan 2026 04:05:06 UTC",
            ["bash", "1.0-1", "Depends: libc"],
            ["libc", "2.0-1"],
            ["zsh", "3.0-1", "Depends: libc, more"],
            ["more", "4.0-1"],
            ["tool", "9-1", "Depends: libc"]
        );
        ImageLock made = await MakeAsync();
        Assert.Equal(
            ["bash base", "libc base", "more base", "zsh base"],
            made.Packages.Select(package => $"{package.Name} {package.Layer}")
        );
        Assert.Equal(["tool"], made.StandIns.Select(package => package.Name));
        Assert.Equal(["amd64", "arm64"], made.Packages[0].Files.Keys);
        Assert.Equal("debian/pool/main/b/bash/bash_1.0-1_arm64.deb", made.Packages[0].Files["arm64"].Location);
        Assert.Equal(new DateTimeOffset(2026, 1, 3, 4, 5, 6, TimeSpan.Zero), made.Timestamp);
        Assert.Equal(["bash", "zsh"], made.Wanted["base"]);
        Assert.Equal(["main"], made.Debian.Components);
        Assert.False(made.Debian.Essential);
        Assert.Equal((false, (long?)null), (made.Upstream[0].Confirmed, made.Upstream[0].Files["amd64"].Size));
        LockValidator.Require(Definition(), made);
        Assert.Equal(ImageLockFile.ToBytes(made), ImageLockFile.ToBytes(ImageLockFile.Parse(ImageLockFile.ToBytes(made), "lock")));
    }

    [Fact]
    public async Task The_same_suites_give_the_same_bytes_whatever_the_order_of_their_stanzas()
    {
        string[][] stanzas =
        [
            ["bash", "1.0-1"],
            ["zsh", "3.0-1"],
            ["tool", "9-1"],
        ];
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", stanzas);
        ImageLock one = await MakeAsync();
        Assert.Equal(ImageLockFile.ToBytes(one), ImageLockFile.ToBytes(await MakeAsync()));
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", [.. stanzas.Reverse()]);
        ImageLock other = await MakeAsync();
        Assert.Equal(ImageLockFile.ToBytes(one), ImageLockFile.ToBytes(other with { Suites = one.Suites }));
    }

    [Fact]
    public async Task A_stand_in_is_locked_alone_even_where_what_it_depends_on_cannot_be_had()
    {
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", ["bash", "1.0-1"], ["zsh", "3.0-1"], ["tool", "9-1", "Depends: gone, bash"]);
        ImageLock made = await MakeAsync();
        Assert.Equal(["tool"], made.StandIns.Select(package => package.Name));
        Assert.Equal(["bash", "zsh"], made.Packages.Select(package => package.Name));
    }

    [Fact]
    public async Task A_stand_in_that_no_suite_has_is_refused()
    {
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", ["bash", "1.0-1"], ["zsh", "3.0-1"]);
        ResolutionException e = await Assert.ThrowsAsync<ResolutionException>(() => MakeAsync());
        Assert.Contains("wanted package tool: none of the suites", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_on_one_architecture_and_a_package_on_one_alone_are_locked_as_they_are()
    {
        Publish(
            "trixie",
            "Sat, 03 Jan 2026 04:05:06 UTC",
            ["bash", "1.0-1", "Depends: only", "amd64"],
            ["bash", "1.0-1+b2", "Source: bash (1.0-1)", "arm64"],
            ["only", "5-1", "", "amd64"],
            ["zsh", "3.0-1"],
            ["tool", "9-1"]
        );
        ImageLock made = await MakeAsync();
        Assert.Equal(["1.0-1", "1.0-1+b2"], made.Packages.Single(package => package.Name == "bash").Versions.Values);
        Assert.Equal(["amd64"], made.Packages.Single(package => package.Name == "only").Files.Keys);
    }

    [Fact]
    public async Task Two_source_versions_of_one_package_are_refused()
    {
        Publish(
            "trixie",
            "Sat, 03 Jan 2026 04:05:06 UTC",
            ["bash", "1.0-1", "", "amd64"],
            ["bash", "1.0-2", "", "arm64"],
            ["zsh", "3.0-1"],
            ["tool", "9-1"]
        );
        ResolutionException e = await Assert.ThrowsAsync<ResolutionException>(() => MakeAsync());
        Assert.Contains("bash (amd64 1.0-1, arm64 1.0-2)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_image_does_without_is_not_locked_nor_what_only_that_needs()
    {
        Publish(
            "trixie",
            "Sat, 03 Jan 2026 04:05:06 UTC",
            ["bash", "1.0-1", "Depends: libc, script"],
            ["libc", "2.0-1"],
            ["script", "1-1", "Depends: perl"],
            ["perl", "5-1"],
            ["zsh", "3.0-1", "Depends: helper", "arm64"],
            ["zsh", "3.0-1", "", "amd64"],
            ["helper", "1-1"],
            ["tool", "9-1", "Depends: script"]
        );
        string yaml = "without: [{ package: script, reason: r }, { package: helper, reason: r }]";
        ImageLock made = await MakeAsync(yaml);
        Assert.Equal(["bash", "libc", "zsh"], made.Packages.Select(package => package.Name));
        Assert.Equal(["helper", "script"], made.Debian.Without);
        LockValidator.Require(Definition(yaml), made);
        Assert.Equal(["helper", "script"], ImageLockFile.Parse(ImageLockFile.ToBytes(made), "lock").Debian.Without);
    }

    [Theory]
    [InlineData("more")]
    [InlineData("not-there")]
    public async Task A_package_done_without_that_nothing_needs_is_refused(string name)
    {
        Publish(
            "trixie",
            "Sat, 03 Jan 2026 04:05:06 UTC",
            ["bash", "1.0-1", "Depends: libc"],
            ["libc", "2-1"],
            ["zsh", "3.0-1"],
            ["more", "4-1"],
            ["tool", "9-1"]
        );
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() =>
            MakeAsync($"without: [{{ package: libc, reason: r }}, {{ package: {name}, reason: r }}]")
        );
        Assert.StartsWith(
            $"tiny: 'without' of 'debian' names {name}, which no package of the image needs on amd64 or arm64",
            e.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_suite_that_another_key_signed_is_refused()
    {
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", ["bash", "1.0-1"], ["zsh", "3.0-1"], ["tool", "9-1"]);
        _fingerprint = new string('A', 40);
        await Assert.ThrowsAsync<ContentException>(() => MakeAsync());
    }

    [Fact]
    public async Task An_optional_file_stays_as_the_lock_before_has_it_where_that_is_of_this_definition()
    {
        Publish("trixie", "Sat, 03 Jan 2026 04:05:06 UTC", ["bash", "1.0-1"], ["zsh", "3.0-1"], ["tool", "9-1"]);
        ImageLock before = ImageLocks.Sound with { Suites = [] };
        string text = string.Join(
            '\n',
            ImageDefinitions
                .Optional.Replace("[trixie, trixie-security]", "[trixie]", StringComparison.Ordinal)
                .ReplaceLineEndings("\n")
                .Split('\n')
                .Where(line => !line.StartsWith("  without:", StringComparison.Ordinal))
        );

        ImageLock kept = await MakeAsync(ImageDefinitions.Parse(text), before);
        Assert.Equal((before.Upstream[0], 0), (kept.Upstream.Single(), kept.LeftOut.Length));

        foreach (
            (string definition, ImageLock? previous) in ((string, ImageLock?)[])
                [
                    (text, null),
                    (text.Replace("version: v9", "version: v10", StringComparison.Ordinal), before),
                    (text.Replace("/tool-{", "/other-{", StringComparison.Ordinal), before),
                ]
        )
        {
            ImageLock made = await MakeAsync(ImageDefinitions.Parse(definition), previous);
            Assert.Empty(made.Upstream);
            Assert.Equal(["tool"], made.LeftOut);
        }
    }

    public void Dispose()
    {
        // gpg leaves an agent behind, which has no reason to outlive its folder.
        string home = Path.Combine(_bench.Folder, "gpg");
        if (Directory.Exists(home))
        {
            using Process kill = Process.Start("gpgconf", ["--homedir", home, "--kill", "gpg-agent"]);
            kill.WaitForExit();
        }

        _bench.Dispose();
    }

    private static ImageDefinition Definition(string without = "") =>
        ImageDefinitions.Parse(
            string.Join(
                '\n',
                ImageDefinitions
                    .Sound.Replace("[trixie, trixie-security]", "[trixie]", StringComparison.Ordinal)
                    .ReplaceLineEndings("\n")
                    .Split('\n')
                    .Select(line => line.StartsWith("  without:", StringComparison.Ordinal) ? "  " + without : line)
            )
        );

    private Task<ImageLock> MakeAsync(string without = "") => MakeAsync(Definition(without), previous: null);

    private Task<ImageLock> MakeAsync(ImageDefinition definition, ImageLock? previous)
    {
        Gpgv gpgv = new(Path.Combine(_bench.Folder, "keyring.gpg"), [_fingerprint!]);
        DebianRepository repository = new(_bench.Reader, _bench.Download, gpgv, DebianMirror.At(Path.Combine(_bench.Folder, "mirror")));
        return new LockMaker(repository, freshAt: null).MakeAsync(definition, previous, Stop);
    }

    /// <summary>Writes a suite of stanzas; each is name, version, fields and, unless both have it, an architecture.</summary>
    private void Publish(string suite, string date, params string[][] stanzas)
    {
        string dists = Path.Combine(_bench.Folder, "mirror", "debian", "dists", suite);
        StringBuilder release = new($"Suite: {suite}\nCodename: {suite}\nDate: {date}\nSHA256:\n");
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            string text = string.Concat(
                stanzas.Where(stanza => stanza.Length < 4 || stanza[3] == architecture).Select(stanza => Stanza(stanza, architecture))
            );
            byte[] packed = DebBuilder.Gzip(Encoding.ASCII.GetBytes(text));
            string path = $"main/binary-{architecture}/Packages.gz";
            Directory.CreateDirectory(Path.Combine(dists, Path.GetDirectoryName(path)!));
            File.WriteAllBytes(Path.Combine(dists, path), packed);
            release.Append(CultureInfo.InvariantCulture, $" {Convert.ToHexStringLower(SHA256.HashData(packed))} {packed.Length} {path}\n");
        }

        string plain = Path.Combine(_bench.Folder, "Release");
        File.WriteAllText(plain, release.ToString());
        Sign(plain, Path.Combine(dists, "InRelease"));
    }

    private static string Stanza(string[] stanza, string architecture) =>
        Archive.Stanza(stanza[0], stanza[1], stanza.ElementAtOrDefault(2) ?? "", architecture);

    private void Sign(string plain, string signed)
    {
        string home = Path.Combine(_bench.Folder, "gpg");
        if (_fingerprint is null)
        {
            Directory.CreateDirectory(home);
            Gpg(home, "--passphrase", "", "--quick-generate-key", "a scratch archive", "ed25519", "sign", "never");
            _fingerprint = Gpg(home, "--with-colons", "--list-keys")
                .Split('\n')
                .First(line => line.StartsWith("fpr:", StringComparison.Ordinal))
                .Split(':')[9];
            Gpg(home, "--output", Path.Combine(_bench.Folder, "keyring.gpg"), "--export");
        }

        File.Delete(signed);
        Gpg(home, "--output", signed, "--clearsign", plain);
    }

    private static string Gpg(string home, params string[] arguments)
    {
        Process? gpg = null;
        try
        {
            gpg = Process.Start(
                new ProcessStartInfo("gpg", ["--homedir", home, "--batch", "--quiet", .. arguments])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            );
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("there is no gpg program");
        }

        using (gpg)
        {
            Task<string> errors = gpg!.StandardError.ReadToEndAsync();
            string output = gpg.StandardOutput.ReadToEnd();
            gpg.WaitForExit();
            Assert.True(gpg.ExitCode == 0, errors.Result);
            return output;
        }
    }
}
