using System.Text;
using Slipway.Elf;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>What we read of Go programs is what Go's own toolchain reads.</summary>
public sealed class GoBuildInfoTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public static TheoryData<string, string> Packages
    {
        get
        {
            TheoryData<string, string> packages = [];
            foreach (string package in (string[])["containernetworking-plugins", "kubectl", "skopeo", "umoci"])
            {
                packages.Add(package, "amd64");
                packages.Add(package, "arm64");
            }

            return packages;
        }
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public async Task Of_every_program_of_a_Debian_package_both_read_the_same(string package, string architecture)
    {
        GoToolchain go = await GoToolchain.GetAsync(_folder);
        string folder = await PeerPackages.FolderAsync(package, architecture, TestContext.Current.CancellationToken);
        int programs = 0;
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (new FileInfo(file).LinkTarget is null && await SameAsync(go, file) is not null)
                programs++;
        }

        Assert.True(programs > 0, $"{package} {architecture} has no Go program");
    }

    [Theory]
    [InlineData("linux/amd64")]
    [InlineData("linux/arm64")]
    public async Task Of_a_program_with_modules_replaced_ones_and_folders_both_read_the_same(string platform)
    {
        GoToolchain go = await GoToolchain.GetAsync(_folder);
        go.Offer("example.org/a", "v0.1.0", "package a\n\nvar Text = \"a\"\n");
        go.Offer("example.org/b", "v1.0.0", "package b\n\nvar Text = \"b\"\n");
        go.Offer("example.org/fork/b", "v1.0.1", "package b\n\nvar Text = \"fork of b\"\n");
        _folder.Write("c/go.mod", "module example.org/c\n\ngo 1.21\n");
        _folder.Write("c/c.go", "package c\n\nvar Text = \"c\"\n");
        _folder.Write(
            "tool/go.mod",
            "module example.org/Tool/v2\n\ngo 1.21\n\n"
                + "require (\n\texample.org/a v0.1.0\n\texample.org/b v1.0.0\n\texample.org/c v0.0.0\n)\n\n"
                + "replace example.org/b => example.org/fork/b v1.0.1\n\nreplace example.org/c => ../c\n"
        );
        _folder.Write(
            "tool/main.go",
            "package main\n\nimport (\n\t\"example.org/a\"\n\t\"example.org/b\"\n\t\"example.org/c\"\n)\n\nvar v string\n\n"
                + "func main() { println(a.Text, b.Text, c.Text, v) }\n"
        );
        GoBuildInfo info = (await SameAsync(go, await go.BuildAsync("tool", platform, "-ldflags", "-X 'main.v=a \"quoted\\ text' -s -w")))!;
        Assert.Equal("example.org/Tool/v2", info.Main!.Path);
        Assert.Equal(
            ["example.org/a v0.1.0 ", "example.org/b v1.0.0 example.org/fork/b", "example.org/c v0.0.0 ../c"],
            info.Dependencies.Select(module => $"{module.Path} {module.Version} {module.Replace?.Path}")
        );
        Assert.All([info.Dependencies[0], info.Dependencies[1].Replace!], module =>
            Assert.StartsWith("h1:", module.Sum, StringComparison.Ordinal)
        );
        Assert.Contains(info.Settings, setting => setting.Value == "-X 'main.v=a \"quoted\\ text' -s -w");
    }

    [Fact]
    public async Task Of_the_tests_own_programs_of_every_form_Go_reads_what_we_read()
    {
        GoToolchain go = await GoToolchain.GetAsync(_folder);
        foreach (int form in Enumerable.Range(0, 16))
        {
            TinyGoProgram program = DescribedImage.GoTool with
            {
                IsInline = (form & 1) != 0,
                Is64 = (form & 2) != 0,
                IsLittleEndian = (form & 4) != 0,
                HasSections = (form & 8) != 0,
                Machine = (form & 2) != 0 ? (ushort)183 : (ushort)40,
            };
            string file = _folder.At($"form-{form}");
            await File.WriteAllBytesAsync(file, program.Build(), TestContext.Current.CancellationToken);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Assert.NotNull(await SameAsync(go, file));
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What both read; null when both read nothing.</summary>
    private static async Task<GoBuildInfo?> SameAsync(GoToolchain go, string file)
    {
        await using FileStream content = File.OpenRead(file);
        GoBuildInfo? info = GoBuildInfo.Read(content);
        // Go looks at files alone that somebody may execute.
        if ((File.GetUnixFileMode(file) & UnixFileMode.UserExecute) == 0)
            return info;
        (string Version, string[] Lines)? wanted = await go.ReadAsync(file);
        Assert.True(
            (info is null) == (wanted is null),
            $"{file}: Go says {wanted?.Version ?? "nothing"}, we say {info?.GoVersion ?? "nothing"}"
        );
        if (info is null)
            return null;
        Assert.Equal(wanted!.Value.Version, info.GoVersion);
        Assert.Equal(wanted.Value.Lines, Lines(info));
        return info;
    }

    /// <summary>As Go prints it.</summary>
    private static IEnumerable<string> Lines(GoBuildInfo info)
    {
        if (info.Path is not null)
            yield return $"path\t{info.Path}";
        foreach ((string word, GoModule module) in info.Dependencies.Select(module => ("dep", module)).Prepend(("mod", info.Main!)))
        {
            if (module is null)
                continue;
            yield return module.Replace is null
                ? $"{word}\t{module.Path}\t{module.Version}\t{module.Sum}"
                : $"{word}\t{module.Path}\t{module.Version}";
            if (module.Replace is { } other)
                yield return $"=>\t{other.Path}\t{other.Version}\t{other.Sum}";
        }

        foreach (GoBuildSetting setting in info.Settings)
            yield return $"build\t{setting.Key}={Quoted(setting.Value)}";
    }

    private static string Quoted(string text)
    {
        if (text.IndexOfAny([' ', '\t', '\r', '\n', '"', '`']) < 0)
            return text;
        StringBuilder quoted = new("\"");
        foreach (char c in text)
            quoted.Append(c is '"' or '\\' ? $"\\{c}" : c);
        return quoted.Append('"').ToString();
    }
}
