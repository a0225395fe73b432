using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// A git repository for one test or fixture that holds what a checkout of the product does: definitions, Debian's
/// keyring, the mark of a root; and beside it an upstream mirror and a signing key. Its own user and configuration, no
/// one else's. Disposing removes it.
/// </summary>
public sealed partial class ScratchRepository : IDisposable
{
    private const string GitConfiguration = """
        [user]
            name = Slipway Tests
            email = tests@example.org
        [commit]
            gpgsign = false
        [tag]
            gpgsign = false
        [safe]
            directory = *

        """;

    private readonly ScratchFolder _folder = new();

    private ScratchRepository()
    {
        Root = _folder.Folder("repository");
        Mirror = new UpstreamFolder(Directory.CreateDirectory(_folder.At("mirror")).FullName);
        Key = SigningKeys.Create(_folder.Folder("keys"), "release");
        Slipway = new SlipwayCommand(Root) { Variables = GitVariables };
    }

    public string Root { get; }

    /// <summary>What <c>--upstream-mirror</c> takes.</summary>
    public UpstreamFolder Mirror { get; }

    /// <summary>The key to sign with.</summary>
    public SigningKeys Key { get; }

    /// <summary>The product at work in it, with the shared cache.</summary>
    public SlipwayCommand Slipway { get; init; }

    private Dictionary<string, string?> GitVariables =>
        new()
        {
            ["GIT_CONFIG_GLOBAL"] = _folder.At("gitconfig"),
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CEILING_DIRECTORIES"] = _folder.Path,
        };

    /// <summary>Makes one on branch main, with no image and no commit yet.</summary>
    public static async Task<ScratchRepository> CreateAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Git);
        ScratchRepository made = new();
        made._folder.Write("gitconfig", GitConfiguration);
        made.Write(".gitignore", "/artifacts/\n/.nuke/temp/\n");
        made.Write(".nuke/parameters.json", "{\n  \"$schema\": \"./build.schema.json\"\n}\n");
        File.Copy(SourceTree.At(".nuke", "build.schema.json"), made.At(".nuke", "build.schema.json"));
        Directory.CreateDirectory(made.At("images", "keys"));
        File.Copy(SourceTree.At("images", "keys", "debian-archive-keyring.gpg"), made.At("images", "keys", "debian-archive-keyring.gpg"));
        await made.GitAsync("init", "--quiet", "--initial-branch=main");
        return made;
    }

    /// <summary>A path in the work tree.</summary>
    public string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>A path beside the work tree, for keys, caches and the like.</summary>
    public string Beside(params string[] parts) => _folder.At(parts);

    /// <summary>Where an image's layout is.</summary>
    public string Layout(string image) => At("artifacts", image, "layout");

    /// <summary>Makes or replaces a file of the work tree.</summary>
    public void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllText(At(name), text);
    }

    /// <summary>
    /// Adds one of the product's own images as it stands in the checkout, but for the checksums: they are those of the files
    /// that the mirror has in place of the real ones, and for what its contract says of upstream's own builds: the mirror has
    /// Debian's, of other versions and not static. Its lock is to be made.
    /// </summary>
    public async Task AddReleasedImageAsync(string image)
    {
        (await new ChildProcess("cp", "-r", SourceTree.At("images", image), At("images")).RunAsync()).Require();
        File.Delete(At("images", image, "image.lock.json"));
        Write(
            $"images/{image}/image.yaml",
            Mirror.Rewrite(Unsigned().Replace(await File.ReadAllTextAsync(SourceTree.At("images", image, "image.yaml")), ""))
        );
        string contract = await File.ReadAllTextAsync(SourceTree.At("images", image, "contract.yaml"));
        contract = contract
            .Replace("  - { path: /usr/local/bin/kubectl, contains: \"{version}\" }\n", "", StringComparison.Ordinal)
            .Replace("versions:\n  - { path: /opt/cni/bin/bridge, contains: \"{version}\" }\n", "", StringComparison.Ordinal);
        string[] plugins = image == "flannel-cni" ? ["bandwidth", "bridge", "host-local", "loopback", "portmap", "tuning"] : [];
        string dynamic = string.Join(", ", plugins.Select(plugin => $"{{ path: /opt/cni/bin/{plugin}, reason: Debian's build }}"));
        Write($"images/{image}/contract.yaml", $"{contract}\ndynamicHostPrograms: [{dynamic}]\n");
    }

    /// <summary>
    /// Adds one of the product's own images with its contract as it stands, but of another version and for one architecture, with the
    /// checksums of what the mirror has: upstream's programs, compiled elsewhere. Its lock is to be made.
    /// </summary>
    public void AddCompiledImage(string image, string version, string architecture)
    {
        string folder = SourceTree.At("images", image);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            string to = At("images", image, Path.GetRelativePath(folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to, overwrite: true);
        }

        File.Delete(At("images", image, "image.lock.json"));
        string definition = Unsigned().Replace(File.ReadAllText(Path.Combine(folder, "image.yaml")), "");
        definition = Version().Replace(definition, $"version: {version}", 1);
        definition = Platforms().Replace(definition, $"platforms: [linux/{architecture}]");
        definition = OtherArchitectures(architecture).Replace(definition, "");
        Write($"images/{image}/image.yaml", Mirror.Rewrite(definition));
    }

    /// <summary>Adds an image of a definition and a contract that are given; its checksums are made those of the mirror's files.</summary>
    public void AddImage(string image, string definition, string contract)
    {
        Write($"images/{image}/image.yaml", Mirror.Rewrite(definition));
        Write($"images/{image}/contract.yaml", contract);
    }

    /// <summary>Runs the target <c>Lock</c>.</summary>
    public async Task<ChildResult> LockAsync() => (await Slipway.RunAsync("Lock", "--upstream-mirror", Mirror.Path)).Require();

    /// <summary>Commits all there is, and tags the commit.</summary>
    public async Task CommitAsync(string message, params string[] tags)
    {
        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--allow-empty", "--message", message);
        foreach (string tag in tags)
            await GitAsync("tag", tag);
    }

    /// <summary>The first 7 digits of the commit that is checked out.</summary>
    public async Task<string> ShortCommitAsync() => (await GitAsync("rev-parse", "HEAD"))[..7];

    /// <summary>Runs git in the work tree; what it prints, trimmed. The test fails when git does.</summary>
    public async Task<string> GitAsync(params string[] arguments)
    {
        ChildProcess git = new("git", arguments) { WorkingDirectory = Root, Variables = GitVariables };
        return (await git.RunAsync()).Require().Output.Trim();
    }

    /// <summary>The version that a definition has.</summary>
    public string VersionOf(string image)
    {
        Match version = Version().Match(File.ReadAllText(At("images", image, "image.yaml")));
        Assert.True(version.Success, $"images/{image}/image.yaml has no version");
        return version.Groups[1].Value;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Nobody signed what the mirror has in place of upstream's files.</summary>
    [GeneratedRegex(@"^ +signature: .*\n", RegexOptions.Multiline)]
    private static partial Regex Unsigned();

    [GeneratedRegex(@"^version: (\S+)", RegexOptions.Multiline)]
    private static partial Regex Version();

    [GeneratedRegex(@"^platforms: .*", RegexOptions.Multiline)]
    private static partial Regex Platforms();

    /// <summary>The checksums of all architectures but one.</summary>
    private static Regex OtherArchitectures(string architecture) =>
        new($@"^ +(?!{architecture}:)(amd64|arm64): sha256:\S+\n", RegexOptions.Multiline);
}
