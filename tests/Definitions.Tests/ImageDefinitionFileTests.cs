using System.Runtime.InteropServices;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

public class ImageDefinitionFileTests
{
    private const uint Nobody = 65534;

    private const UnixFileMode EverybodyReads = (UnixFileMode)0b111_101_101;

    [Fact]
    public void Every_key_is_read()
    {
        ImageDefinition read = ImageDefinitions.Parse();
        Assert.Equal(("tiny", "Tiny", "a tiny image", "v1.2.3"), (read.Name, read.Title, read.Description, read.Version));
        Assert.Equal(("https://example.org/tiny", "Apache-2.0"), (read.Source, read.Licenses));
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], read.Platforms);
        Assert.Equal(["quay.io/test/tiny", "docker.io/test/tiny"], read.Repositories.Select(repository => repository.Name));
        Assert.Equal(["trixie", "trixie-security"], read.Debian.Suites);
        Assert.False(read.Debian.Essential);
        Assert.Equal(
            [new UnneededPackage("python3", "only scripts need it"), new UnneededPackage("mawk", "bash is there")],
            read.Debian.Without
        );
        Assert.Equal(
            ["/usr/share/doc/** images/tiny/image.yaml:49:15"],
            read.Exclude[0].Paths.Select(pattern => $"{pattern} {pattern.Place}")
        );
        Assert.Equal(["/usr/share/doc/*/copyright"], read.Exclude[0].Except.Select(pattern => pattern.Text));
        Assert.Equal("nobody reads it", read.Exclude[0].Reason);
        Assert.Equal(
            [(true, true), (true, false)],
            read.Exclude.Select(exclusion => (exclusion.IsFor(Platform.LinuxAmd64), exclusion.IsFor(Platform.LinuxArm64)))
        );
        Assert.Equal(new DefinedDirectory("srv", 0b1_111_111_111, 3, 4), read.Layers[0].Directories.Single());
        Assert.Equal(new DefinedLink("bin", "usr/bin"), read.Layers[0].Links.Single());
        Assert.Equal(new DefinedFile("rootfs/x", "x", 0b111_101_101) { UserId = 5 }, read.Layers[1].Files.Single());
        Assert.Equal(new DefinedCopy("usr/share/x", "etc/y", 0b110_000_000), read.Layers[1].Copies.Single());
        Assert.Equal(new DefinedAlternative("pager", "usr/bin/pager", "x"), read.Layers[1].Alternatives.Single());
        Assert.Equal(["shells", "linker-cache"], read.Layers[1].Finish);
        UpstreamFile tool = read.Upstream.Single();
        Assert.Equal(("v9", 3L * 1024 * 1024, true), (tool.Version, tool.Limit, tool.IsArchive));
        Assert.Equal("https://example.org/v9/tool-arm64.tgz", tool.Url("arm64").AbsoluteUri);
        Assert.Equal("https://example.org/v9/tool-arm64.tgz.sha256", tool.ChecksumUrl("arm64")!.AbsoluteUri);
        Assert.Equal(new UpstreamSigner("release@example.org", "https://accounts.example.org"), tool.Signer);
        Assert.Equal(
            new Installation("tool", "usr/bin/tool", 0b100_111_101_101, new StandInSource("tool", "usr/bin/tool")),
            tool.Install.Single()
        );
        Assert.Equal(new Account("root", 0, "/root", "/bin/sh", false), read.Accounts.Single());
        Assert.Equal(["PATH=/usr/bin"], read.Config.Environment);
        Assert.Equal(("root", "/srv", "b"), (read.Config.User, read.Config.WorkingDirectory, read.Config.Labels["a"]));
    }

    [Fact]
    public void The_repositorys_own_definitions_are_sound_and_their_locks_fit()
    {
        Assert.Equal(["flannel-cni", "kubelet"], ImageDefinitionFile.Names(ImageDefinitions.Real));
        foreach (string name in ImageDefinitionFile.Names(ImageDefinitions.Real))
        {
            string folder = Path.Combine(ImageDefinitions.Real, name);
            byte[] bytes = File.ReadAllBytes(Path.Combine(folder, ImageLock.FileName));
            ImageLock imageLock = ImageLockFile.Parse(bytes, "lock");
            LockValidator.Require(ImageDefinitionFile.Read(folder), imageLock);
            Assert.Equal(bytes, ImageLockFile.ToBytes(imageLock));
        }
    }

    [Fact]
    public void An_image_that_cannot_be_read_is_not_passed_over()
    {
        using ImageDefinitions scratch = new();
        string images = Path.Combine(scratch.Folder, "images");
        foreach (string folder in (string[])["keys", "whole", "gone", "folder/image.yaml"])
            Directory.CreateDirectory(Path.Combine(images, folder));
        File.WriteAllText(Path.Combine(images, "whole", ImageDefinition.FileName), ImageDefinitions.Sound);
        File.CreateSymbolicLink(Path.Combine(images, "gone", ImageDefinition.FileName), "nowhere");

        Assert.Equal(["folder", "gone", "whole"], ImageDefinitionFile.Names(images));
        DefinitionException e = Assert.Throws<DefinitionException>(() => ImageDefinitionFile.Read(Path.Combine(images, "folder")));
        Assert.Equal("images/folder/image.yaml: file not found", e.Message);
    }

    [Fact]
    public void A_folder_that_cannot_be_looked_into_is_not_passed_over()
    {
        if (OperatingSystem.IsWindows())
            return;
        using ImageDefinitions scratch = new();
        string images = Path.Combine(scratch.Folder, "images");
        DirectoryInfo closed = Directory.CreateDirectory(Path.Combine(images, "closed"));
        closed.UnixFileMode = UnixFileMode.None;
        foreach (string open in (string[])[Path.GetDirectoryName(scratch.Folder)!, scratch.Folder, images])
            File.SetUnixFileMode(open, EverybodyReads);
        uint user = Environment.IsPrivilegedProcess ? SetFileSystemUser(Nobody) : Nobody;
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => ImageDefinitionFile.Names(images));
        }
        finally
        {
            if (user != Nobody)
                Assert.Equal(Nobody, SetFileSystemUser(user));
            closed.UnixFileMode = EverybodyReads;
        }
    }

    [Theory]
    [InlineData("title: Tiny\n", "", "1:1: 'title' is missing")]
    [InlineData("version: v1.2.3\n", "", "'version' is missing")]
    [InlineData("version: v1.2.3", "version: 1.2.3", ":3:10: 'version' wanted vX.Y.Z")]
    [InlineData("version: v1.2.3", "version: v1.2.3-r1", "'version' wanted vX.Y.Z")]
    [InlineData("version: v1.2.3", "version: [v1.2.3]", ":3:10: 'version' wanted a text")]
    [InlineData("source: https://example.org/tiny", "source: http://example.org/tiny", "wanted an https address")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: linux/amd64", ":6:12: 'platforms' wanted a list")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: []", "the list is empty; name one platform at least")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: [linux/amd64, linux/amd64]", "listed twice")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: [linux/arm/v6, linux/arm/v7]", "arm is listed twice")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: [amd64]", "wanted OS/ARCH")]
    [InlineData("platforms: [linux/amd64, linux/arm64]", "platforms: [linux/amd64, linux/arm64, linux/riscv64]", "no checksum for riscv64")]
    [InlineData("official: quay.io/test/tiny", "official: tiny", ":8:13: reference 'tiny'")]
    [InlineData("official: quay.io/test/tiny", "official: quay.io/test/tiny:v1", "neither tag nor digest")]
    [InlineData("fallback: docker.io/test/tiny", "fallback: quay.io/test/tiny", "listed twice")]
    [InlineData("essential: false", "essential: no", ":13:14: 'essential' wanted true or false, got 'no'")]
    [InlineData("debian:\n", "debian: []\nx:\n", "wanted a map of keys")]
    [InlineData("unit: tiny.service", "unit: tiny", "'unit' wanted a service, as kubelet.service, got 'tiny'")]
    [InlineData("unit: tiny.service", "unit: ../tiny.service", "'unit' wanted a service")]
    [InlineData("unit: tiny.service", "unit: \"tiny.service\\nx\"", "'unit' wanted a service")]
    [InlineData("variable: TINY_IMAGE", "variable: tiny image", "'variable' wanted capital letters")]
    [InlineData("packages: [zsh, bash]", "packages: [zsh, zsh]", "package zsh is listed twice")]
    [InlineData("packages: [zsh, bash]", "packages: [../zsh]", "'../zsh' is not a package name")]
    [InlineData("name: top", "name: base", "base is listed twice")]
    [InlineData("name: top", "name: ../top", "wanted a word")]
    [InlineData("- name: tool\n", "- name: ../tool\n", "wanted a word")]
    [InlineData("upstream: [tool]", "upstream: [other]", "'other' is not defined")]
    [InlineData("upstream: [tool]", "upstream: [tool, tool]", "listed twice")]
    [InlineData("    upstream: [tool]\n", "", "'tool' is in no layer")]
    [InlineData("mode: \"1777\"", "mode: \"1778\"", "wanted an octal mode")]
    [InlineData("mode: \"1777\"", "mode: \"17777\"", "wanted an octal mode")]
    [InlineData("mode: \"1777\"", "mode: rwx", "wanted an octal mode")]
    [InlineData("path: /srv", "path: srv", "wanted an absolute path")]
    [InlineData("path: /srv", "path: /srv/../etc", "wanted an absolute path")]
    [InlineData("path: /srv", "path: /", "wanted an absolute path")]
    [InlineData("path: /srv", "path: /x", "path /x is listed twice")]
    [InlineData("user: 3", "user: -3", "'user' wanted a number")]
    [InlineData("user: 3", "user: 4294967296", "'user' wanted a number")]
    [InlineData("id: 0", "id: 4294967296", "'id' wanted a number")]
    [InlineData("id: 0", "id: 0x10", "'id' wanted a number")]
    [InlineData("limitMiB: 3", "limitMiB: 0", "'limitMiB' wanted a number")]
    [InlineData("limitMiB: 3", "limitMiB: 9223372036854775807", "'limitMiB' wanted a number")]
    [InlineData(" url: https://example.org/", " url: http://example.org/", "wanted an https address")]
    [InlineData("\n    url: https://example.org/{version}/tool-{arch}.tgz\n", "\n    url: 'https://'\n", "wanted an https address")]
    [InlineData("      amd64: sha256", "      amd64: sha1", "'sha1' is neither sha256 nor sha512")]
    [InlineData("member: tool\n        to", "to", "")]
    [InlineData("home: /root", "home: '/root:/bin/evil'", "wanted ASCII text without ':'")]
    [InlineData("name: root", "name: \"root\\nevil\"", "wanted ASCII text without ':'")]
    [InlineData("labels: { a: b }", "labels: { a: [b] }", "wanted a text")]
    [InlineData("labels: { a: b }", "labels: { a: b, a: c }", "uplicate")]
    [InlineData("title: Tiny\n", "title: Tiny\ntitle: Tiny\n", "uplicate")]
    [InlineData("packages: [zsh, bash]", "pakages: [zsh, bash]", ":18:5: unknown key 'pakages'; did you mean 'packages'?")]
    [InlineData("title: Tiny\n", "titel: Tiny\n", ":1:1: unknown key 'titel'; did you mean 'title'?")]
    [InlineData("debian:\n", "Debain:\n", ":10:1: unknown key 'Debain'; did you mean 'debian'?")]
    [InlineData("id: 0", "number: 0", "'id' is missing")]
    [InlineData("title: Tiny\n", "title: 7\n", ":1:8: 'title' wanted a text, got 7; put it in quotes")]
    [InlineData("title: Tiny\n", "title: ~\n", "wanted a text, got ~; put it in quotes")]
    [InlineData("title: Tiny\n", "title: true\n", "wanted a text, got true")]
    [InlineData("title: Tiny\n", "title: 1.10\n", "wanted a text, got 1.10")]
    [InlineData("title: Tiny\n", "title:\n", ":1:7: 'title' wanted a text")]
    [InlineData("title: Tiny\n", "title: { a: b }\n", ":1:8: 'title' wanted a text")]
    [InlineData("environment: { PATH: /usr/bin }", "environment: { DEBUG: 1 }", "wanted a text, got 1; put it in quotes")]
    [InlineData("mode: \"1777\"", "mode: 1777", "'mode' wanted a text, got 1777; put it in quotes")]
    [InlineData("user: 3", "user: \"3\"", "'user' wanted a number from 0 to 2147483647, got the text '3'")]
    [InlineData("user: 3", "user: [3]", "got a list")]
    [InlineData("essential: false", "essential: \"false\"", "wanted true or false, got the text 'false'")]
    [InlineData("essential: false", "essential: { a: b }", "wanted true or false, got a map")]
    [InlineData("layers:\n", "layers: x\nlayer:\n", ":15:9: 'layers' wanted a list")]
    [InlineData("to: /usr/bin/tool\n", "to: /x\n", "path /x is listed twice")]
    [InlineData("to: /usr/bin/tool\n", "to: /bin\n", "path /bin is listed twice")]
    [InlineData("to: /usr/bin/tool\n", "to: /srv\n", "path /srv is listed twice")]
    [InlineData("to: /usr/bin/tool\n", "to: /etc/passwd\n", ":43:13: /etc/passwd is made from 'accounts'")]
    [InlineData("path: /srv", "path: /etc/group", ":20:17: /etc/group is made from 'accounts'")]
    [InlineData("to: /usr/bin/tool\n", "to: /bin/tool\n", ":43:13: /bin/tool is below /bin, which is not a directory")]
    [InlineData("path: /srv", "path: /x/deep/er", "/x/deep/er is below /x, which is not a directory")]
    [InlineData("from: rootfs/x", "from: rootfs/y", ":27:17: images/tiny/rootfs/y: the definition's folder has no such file")]
    [InlineData("groupOnly: false }", "groupOnly: false }, { name: root, id: 1 }", "account root is listed twice")]
    [InlineData("groupOnly: false }", "groupOnly: false, group: \"4\" }", "'group' wanted a number")]
    [InlineData("finish: [shells", "finish: [shell", ":30:14: unknown finishing step 'shell'; did you mean 'shells'?")]
    [InlineData("finish: [shells", "finish: [magic", "unknown finishing step 'magic'; known: accounts, base-files, certificates, ")]
    [InlineData("finish: [shells", "finish: [shells, shells", ":30:22: finishing step shells is listed twice")]
    [InlineData("packages: [zsh, bash]", "packages: [zsh, bash]\n    finish: [shells]", "finishing step shells is listed twice")]
    [InlineData("finish: [shells", "finish: [package-database", "layer base has packages but lacks the finishing step package-database")]
    [InlineData("to: /usr/bin/tool\n", "to: /etc/y\n", "path /etc/y is listed twice")]
    [InlineData("to: /usr/bin/tool\n", "to: /usr/bin/pager\n", "path /usr/bin/pager is listed twice")]
    [InlineData("to: /usr/bin/tool\n", "to: /etc/alternatives/pager\n", "path /etc/alternatives/pager is listed twice")]
    [InlineData("name: pager", "name: ../pager", "'name' wanted letters, digits")]
    [InlineData("name: pager", "name: .pager", "'name' wanted letters, digits")]
    [InlineData("from: /usr/share/x", "from: usr/share/x", "'from' wanted an absolute path")]
    [InlineData("amd64: sha256:e3b0", "amd64: sha256:e3b", ":39:14: digest 'sha256:e3bc44298")]
    [InlineData("amd64: sha256:e3b0", "amd64: sha256:0e3b0", "digest 'sha256:0e3b0")]
    [InlineData("amd64: sha256:e3b0", "amd64: sha512:e3b0", "digest 'sha512:e3b0")]
    [InlineData("amd64: sha256:e3b0", "amd64: sha256:E3B0", "digest 'sha256:E3B0")]
    [InlineData("official: quay.io/test/tiny", "official: quay.io/Test/tiny", ":8:13: reference 'quay.io/Test/tiny'")]
    [InlineData("official: quay.io/test/tiny", "official: quay.io/test//tiny", "is not a repository name of the OCI distribution grammar")]
    [InlineData("official: quay.io/test/tiny", "official: quay.io/test/-tiny", "is not a repository name of the OCI distribution grammar")]
    [InlineData(
        "official: quay.io/test/tiny",
        "official: quay.io/test/ti___ny",
        "is not a repository name of the OCI distribution grammar"
    )]
    [InlineData("fallback: docker.io/test/tiny", "fallback: docker.io/", ":9:13: reference 'docker.io/'")]
    [InlineData(".tgz.sha256", ".tgz.md5", "'checksumFile' wanted an address that ends in .sha256 or .sha512")]
    [InlineData("identity: release@example.org", "identity: release example.org", "'identity' wanted ASCII text without blanks,")]
    [InlineData("identity: release@example.org, ", "", "'identity' is missing")]
    [InlineData(", issuer: https://accounts.example.org", "", "'issuer' is missing")]
    [InlineData("issuer: https://accounts", "issuer: http://accounts", "'issuer' wanted an https address")]
    [InlineData("checksumFile: https", "checksumFile: http", "'checksumFile' wanted an https address")]
    [InlineData("tool-{arch}.tgz.sha256", "tool-{os}.tgz.sha256", "'checksumFile' wanted no braces except {version} and {arch}")]
    [InlineData("tool-{arch}.tgz\n", "tool-{Arch}.tgz\n", "'url' wanted no braces")]
    [InlineData("package: python3, reason: only scripts need it", "package: python3", ":14:13: 'reason' is missing")]
    [InlineData("reason: only scripts need it", "reason: ''", "'reason' wanted a text")]
    [InlineData("reason: only scripts need it", "reason: '  '", ":14:41: 'reason' wanted text, got only blanks")]
    [InlineData("reason: only scripts need it", "raeson: x", "unknown key 'raeson'; did you mean 'reason'?")]
    [InlineData("package: python3,", "package: ../python3,", ":14:24: '../python3' is not a package name")]
    [InlineData("package: mawk,", "package: python3,", "package python3 is listed twice")]
    [InlineData("package: mawk,", "package: bash,", ":14:76: package bash is listed in 'layers' and excluded by 'without'")]
    [InlineData("without: [{", "witout: [{", "unknown key 'witout'; did you mean 'without'?")]
    [InlineData("exclude:\n", "exlude:\n", "unknown key 'exlude'; did you mean 'exclude'?")]
    [InlineData("copyright], reason: nobody reads it", "copyright]", ":49:5: 'reason' is missing")]
    [InlineData("reason: nobody reads it", "reason: \"\"", "'reason' wanted a text")]
    [InlineData("reason: nobody reads it", "reason: \" \\n\"", "got only blanks")]
    [InlineData("paths: [/usr/share/doc/**], ", "", "'paths' is missing")]
    [InlineData("paths: [/usr/share/doc/**]", "paths: []", ":49:14: 'paths' wanted one at least, got an empty list")]
    [InlineData("paths: [/usr/share/doc/**]", "paths: /usr/share/doc/**", ":49:14: 'paths' wanted a list")]
    [InlineData("except: [/usr/share/doc/*/copyright]", "except: []", "'except' wanted one at least")]
    [InlineData("except: [", "excpet: [", "unknown key 'excpet'; did you mean 'except'?")]
    [InlineData("paths: [/usr/share/doc/**]", "paths: [usr/share/doc/**]", ":49:15: pattern 'usr/share/doc/**': wanted an absolute path")]
    [InlineData(
        "except: [/usr/share/doc/*/copyright]",
        "except: [/usr/../doc]",
        ":49:44: pattern '/usr/../doc': wanted a path without empty parts"
    )]
    [InlineData("{multiarch}/a?", "{arch}/a?", ":50:15: pattern '/usr/lib/{arch}/a?': wanted no braces except {multiarch}")]
    [InlineData("\"/usr/lib/{multiarch}/a?\"", "/a, /b, /a", ":50:23: pattern /a is listed twice")]
    [InlineData("\"/usr/lib/{multiarch}/a?\"", "/usr/share/doc/**", ":50:15: pattern /usr/share/doc/** is listed twice")]
    [InlineData("except: [/usr/share/doc/*/copyright]", "except: [/a, /a]", "pattern /a is listed twice")]
    [InlineData(
        "platforms: [linux/amd64]",
        "platforms: [linux/riscv64]",
        ":50:55: platform linux/riscv64 is not among linux/amd64, linux/arm64"
    )]
    [InlineData("platforms: [linux/amd64]", "platforms: [arm64]", "wanted OS/ARCH")]
    [InlineData("platforms: [linux/amd64]", "platforms: []", "'platforms' wanted one at least")]
    [InlineData("member: tool\n", "member: tool-{Arch}\n", "'member' wanted no braces except {version} and {arch}")]
    [InlineData("limitMiB: 3", "limitMiB: 3\n    optional: true", ":32:11: 'tool' is optional: wanted 'checksumFile' and no 'checksums'")]
    [InlineData("limitMiB: 3", "limitMiB: 3\n    optional: yes", "'optional' wanted true or false")]
    public void Each_mistake_is_told_with_its_place(string old, string changed, string because)
    {
        if (because.Length == 0)
        {
            // Without a member the file itself is meant, which is no mistake.
            Assert.False(
                ImageDefinitions.Parse(ImageDefinitions.Sound.Replace(old, changed, StringComparison.Ordinal)).Upstream[0].IsArchive
            );
            return;
        }

        string complaint = ImageDefinitions.Complaint(old, changed);
        Assert.Matches(@"^images/tiny/image\.yaml:[0-9]+:[0-9]+: ", complaint);
        Assert.Contains(because, complaint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("a: b\n---\na: b\n")]
    public void Anything_but_one_document_is_refused(string text) =>
        Assert.Contains(
            "wanted one document",
            Assert.Throws<DefinitionException>(() => ImageDefinitions.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("- a\n")]
    [InlineData("text")]
    [InlineData("a: [b\n")]
    [InlineData("a: *nowhere\n")]
    [InlineData("\t- x")]
    [InlineData("&a { title: *a }\n")]
    [InlineData("? { title: x }\n: y\n")]
    public void What_is_no_map_of_keys_is_refused_with_its_place(string text) =>
        Assert.Matches(
            @"^images/tiny/image\.yaml:[0-9]+:[0-9]+: ",
            Assert.Throws<DefinitionException>(() => ImageDefinitions.Parse(text)).Message
        );

    [Fact]
    public void A_folder_without_a_definition_is_refused()
    {
        using ImageDefinitions scratch = new();
        DefinitionException e = Assert.Throws<DefinitionException>(() => ImageDefinitionFile.Read(scratch.Folder));
        Assert.Equal("images/tiny/image.yaml: file not found", e.Message);
    }

    [Fact]
    public void A_folder_may_be_named_from_here_or_with_a_slash_at_its_end()
    {
        using ImageDefinitions scratch = new();
        scratch.Read(ImageDefinitions.Sound);
        ImageDefinition read = ImageDefinitionFile.Read(Path.GetRelativePath(Environment.CurrentDirectory, scratch.Folder) + "/");
        Assert.Equal(("tiny", scratch.Folder), (read.Name, read.Folder));
    }

    /// <summary>
    /// Makes this thread alone open files as another user (setfsuid(2)): root's own rights know no folder's mode. Returns who it was.
    /// </summary>
    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern uint SetFileSystemUser(uint user);
}
