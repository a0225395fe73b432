using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

public class ImageLockFileTests
{
    private static string Text => Encoding.UTF8.GetString(ImageLockFile.ToBytes(ImageLocks.Sound));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_written_reads_back_and_writes_the_same()
    {
        ImageLock read = ImageLockFile.Parse(Encoding.UTF8.GetBytes(Text), "lock");
        Assert.Equal(Text, Encoding.UTF8.GetString(ImageLockFile.ToBytes(read)));
        Assert.Equal((ImageLocks.Time, "v1.2.3"), (read.Timestamp, read.Version));
        Assert.Equal(["main"], read.Debian.Components);
        Assert.False(read.Debian.Essential);
        Assert.Equal(["5.9-1", "5.9-1+b1"], read.Packages.Single(package => package.Name == "zsh").Versions.Values);
        Assert.Equal(["arm64"], read.Packages.Single(package => package.Name == "only").Files.Keys);
        Assert.Equal([12, null], read.Upstream[0].Files.Values.Select(file => file.Size));
        Assert.Equal("", read.StandIns[0].Layer);
    }

    [Fact]
    public void A_changed_version_changes_only_its_own_lines()
    {
        ImageLock after = ImageLocks.Sound;
        LockedPackage bash = after.Packages[0];
        after = after with
        {
            Packages = after.Packages.SetItem(
                0,
                bash with
                {
                    Versions = bash.Versions.SetItem("amd64", "5.2-2").SetItem("arm64", "5.2-2"),
                }
            ),
        };
        string[] before = Text.Split('\n'),
            changed = Encoding.UTF8.GetString(ImageLockFile.ToBytes(after)).Split('\n');
        Assert.Equal(before.Length, changed.Length);
        Assert.Equal(["      \"version\": \"5.2-2\","], changed.Except(before));
    }

    [Fact]
    public void Plain_characters_stand_as_they_are_and_every_line_ends_alike()
    {
        Assert.Contains("\"5.9-1+b1\"", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", Text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_in_is_never_written() =>
        Assert.Equal(Text, Encoding.UTF8.GetString(ImageLockFile.ToBytes(ImageLocks.Sound with { StandingIn = ["tool"] })));

    [Fact]
    public void What_is_left_out_is_written_by_name_and_nothing_is_where_nothing_is()
    {
        ImageLock without = ImageLocks.Sound with { Upstream = [], LeftOut = ["tool", "more"] };
        byte[] bytes = ImageLockFile.ToBytes(without);
        Assert.Equal(["tool", "more"], ImageLockFile.Parse(bytes, ImageLock.FileName).LeftOut);
        Assert.Equal(bytes, ImageLockFile.ToBytes(ImageLockFile.Parse(bytes, ImageLock.FileName)));
        Assert.DoesNotContain("leftOut", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SignatureState.Verified, LockedSignature.ByLog, null)]
    [InlineData(SignatureState.Verified, "cosign", null)]
    [InlineData(SignatureState.UnverifiedNoLog, LockedSignature.ByCertificate, null)]
    [InlineData(SignatureState.AcceptedUnsigned, LockedSignature.ByCommandLine, LockedSignature.Missing)]
    [InlineData(SignatureState.AcceptedUnsigned, LockedSignature.ByCommandLine, LockedSignature.Wrong)]
    public void What_is_known_of_a_signature_reads_back_and_is_not_written_where_nothing_is(
        SignatureState state,
        string by,
        string? problem
    )
    {
        LockedSignature signature = new(state, by, new UpstreamSigner("a@b.c", "https://d.e"), problem);
        Assert.Equal(signature, ImageLockFile.Parse(Signed(signature), "lock").Upstream[0].Signature);
        Assert.DoesNotContain("\"signature\"", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "\"verified\"",
        "\"fine\"",
        "upstream[0].signature.state: wanted accepted-unsigned or unverified-no-log or verified, got 'fine'"
    )]
    [InlineData(
        "\"transparency-log\"",
        "\"certificate\"",
        "upstream[0].signature.by: wanted 'transparency-log' for this state, got 'certificate'"
    )]
    [InlineData(
        "\"verified\"",
        "\"unverified-no-log\"",
        "upstream[0].signature.by: wanted 'certificate' for this state, got 'transparency-log'"
    )]
    [InlineData(
        "\"transparency-log\",",
        "\"transparency-log\", \"problem\": \"missing\",",
        "upstream[0].signature.problem: wanted none for this state, got 'missing'"
    )]
    [InlineData("\"state\": \"verified\",", "", "upstream[0].signature: 'state' is missing")]
    [InlineData("\"issuer\": ", "\"other\": ", "upstream[0].signature: unknown key 'other'")]
    [InlineData("\"identity\": \"a@b.c\",", "", "upstream[0].signature: 'identity' is missing")]
    public void What_is_wrong_with_a_signature_is_told_with_its_place(string old, string changed, string because)
    {
        string text = Encoding.UTF8.GetString(
            Signed(new LockedSignature(SignatureState.Verified, LockedSignature.ByLog, new UpstreamSigner("a@b.c", "https://d.e")))
        );
        Assert.Contains(old, text, StringComparison.Ordinal);
        ContentException e = Assert.Throws<ContentException>(() =>
            ImageLockFile.Parse(Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal)), "lock")
        );
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
    }

    private static byte[] Signed(LockedSignature signature) =>
        ImageLockFile.ToBytes(ImageLocks.Sound with { Upstream = [ImageLocks.Sound.Upstream[0] with { Signature = signature }] });

    [Theory]
    [InlineData("flannel-cni")]
    [InlineData("kubelet")]
    public void The_real_locks_are_as_Lock_writes_them_and_fit(string image)
    {
        string folder = Path.Combine(ImageDefinitions.Real, image);
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, ImageLock.FileName));
        Assert.Equal(bytes, ImageLockFile.ToBytes(ImageLockFile.Parse(bytes, ImageLock.FileName)));
        LockValidator.Require(ImageDefinitionFile.Read(folder), ImageLockFile.Parse(bytes, ImageLock.FileName));
    }

    [Fact]
    public async Task Writing_what_is_there_changes_nothing_and_says_so()
    {
        using ImageDefinitions scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        Assert.True(await ImageLockFile.WriteAsync(scratch.Folder, ImageLocks.Sound, Stop));
        Assert.False(await ImageLockFile.WriteAsync(scratch.Folder, ImageLocks.Sound, Stop));
        Assert.True(await ImageLockFile.WriteAsync(scratch.Folder, ImageLocks.Sound with { Version = "v2.0.0" }, Stop));
        Assert.Equal("v2.0.0", (await ImageLockFile.ReadAsync(scratch.Folder, Stop)).Version);
        Assert.Equal([ImageLock.FileName], Directory.GetFiles(scratch.Folder).Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData(null, "tiny: there is no image.lock.json. Run ./build.sh Lock --images tiny")]
    [InlineData("{}", "images/tiny/image.lock.json:1:1: 'schema' is missing. ")]
    [InlineData("{\n  \"schema\": 1,\n  oops", "images/tiny/image.lock.json:3: ")]
    public async Task A_lock_that_is_missing_or_broken_names_the_command_that_makes_one(string? content, string because)
    {
        using ImageDefinitions scratch = new();
        Directory.CreateDirectory(scratch.Folder);
        if (content is not null)
            await File.WriteAllTextAsync(Path.Combine(scratch.Folder, ImageLock.FileName), content, Stop);
        DefinitionException e = await Assert.ThrowsAsync<DefinitionException>(() => ImageLockFile.ReadAsync(scratch.Folder, Stop));
        Assert.StartsWith(because, e.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run ./build.sh Lock --images tiny", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "schema: wanted 1, got 2")]
    [InlineData("\"schema\": 1", "\"schema\": \"1\"", "schema: wanted a whole number from 0, got \"1\"")]
    [InlineData("\"schema\": 1,", "", "'schema' is missing")]
    [InlineData("\"image\": \"tiny\",", "", "'image' is missing")]
    [InlineData("\"image\": \"tiny\",", "\"image\": \"tiny\", \"image\": \"tiny\",", "image")]
    [InlineData("2026-02-03T04:05:06Z", "2026-02-03T04:05:06+01:00", "timestamp: wanted a time like")]
    [InlineData("2026-02-03T04:05:06Z", "yesterday", "timestamp: wanted a time like 2026-01-02T03:04:05Z, got 'yesterday'")]
    [InlineData("\"date\": \"2026-01-25T04:05:06Z\"", "\"date\": 1", "suites[0].date: wanted a text, got 1")]
    [InlineData("\"suites\": [", "\"suites\": {}, \"leftOut\": [", "suites: wanted a list, got Object")]
    [InlineData("\"debian\": {", "\"other\": {", "unknown key 'other'; wanted one of schema, image, ")]
    [InlineData("\"essential\": false", "\"essential\": \"false\"", "debian.essential: wanted true or false, got \"false\"")]
    [InlineData(",\n    \"essential\": false", "", "debian: 'essential' is missing")]
    [InlineData(",\n    \"without\": [\n      \"mawk\",\n      \"python3\"\n    ]", "", "debian: 'without' is missing")]
    [InlineData("\"without\": [", "\"with\": [", "debian: unknown key 'with'; wanted one of components, essential, without")]
    [InlineData("\"python3\"", "\"../python3\"", "debian.without[1]: '../python3' is not a package name")]
    [InlineData("\"main\"", "", "debian.components: wanted names, got none")]
    [InlineData("\"main\"", "\"\"", "debian.components: wanted names, got none")]
    [InlineData("\"main\"", "null", "debian.components[0]: wanted a text, got null")]
    [InlineData("\"main\"", "1", "debian.components[0]: wanted a text, got 1")]
    [InlineData("\"wanted\": {", "\"wanted\": [], \"leftOut\": {", "wanted: wanted a map, got Array")]
    [InlineData("\"bash\",\n      \"zsh\"", "null", "wanted.base[0]: wanted a text, got null")]
    [InlineData("\"bash\",\n      \"zsh\"", "1", "wanted.base[0]: wanted a text, got 1")]
    [InlineData("\"confirmed\": true", "\"confirmed\": \"yes\"", "upstream[0].confirmed: wanted true or false")]
    [InlineData("\"size\": 12", "\"size\": -12", "upstream[0].files.amd64.size: wanted a whole number from 0, got -12")]
    [InlineData("\"size\": 12", "\"size\": 1.5", "upstream[0].files.amd64.size: wanted a whole number from 0, got 1.5")]
    [InlineData("\"size\": 12", "\"size\": 99999999999999999999", "upstream[0].files.amd64.size: wanted a whole number")]
    [InlineData(
        "\"size\": 12",
        "\"size\": 9223372036854775807",
        "upstream[0].files.amd64.size: wanted a whole number up to 1099511627776, got 9223372036854775807"
    )]
    [InlineData("sha256:e3b0", "sha256:E3B0", "upstream[0].files.amd64.digest: digest 'sha256:E3B0")]
    [InlineData("sha256:e3b0", "md5:e3b0", "upstream[0].files.amd64.digest: digest 'md5:e3b0")]
    [InlineData("\"name\": \"bash\"", "\"name\": \"../bash\"", "packages[0].name: '../bash' is not a package name")]
    [InlineData("\"name\": \"bash\"", "\"name\": null", "packages[0].name: wanted a text, got null")]
    [InlineData("debian/pool/main/bash_amd64.deb", "debian/../../etc/passwd", "packages[0].files.amd64.location: wanted a plain path")]
    [InlineData("debian/pool/main/bash_amd64.deb", "https://example.org/bash.deb", "packages[0].files.amd64.location: wanted a plain path")]
    [InlineData("https://example.org/v9/tool-amd64.tgz", "file:///etc/passwd", "upstream[0].files.amd64.location: wanted an https address")]
    [InlineData(
        "https://example.org/v9/tool-amd64.tgz",
        "http://example.org/x",
        "upstream[0].files.amd64.location: wanted an https address"
    )]
    [InlineData("\"arm64\": \"5.9-1+b1\"", "\"riscv64\": \"5.9-1+b1\"", "packages[1]: 'version' and 'files' name different architectures")]
    [InlineData(",\n          \"size\": 100", "", "packages[0].files.amd64: 'size' is missing")]
    [InlineData("\"5.9-1\"", "\"\\ud800\"", "")]
    [InlineData("\"image\": \"tiny\",", "\"image\": \"tiny\", \"leftout\": [],", "unknown key 'leftout'; did you mean 'leftOut'?")]
    [InlineData("\"schema\": 1,", "\"schema\": 1, \"comment\": \"by hand\",", "unknown key 'comment'; wanted one of schema, image, ")]
    [InlineData(
        "\"date\": \"2026-01-25",
        "\"url\": \"\", \"date\": \"2026-01-25",
        "suites[0]: unknown key 'url'; wanted one of name, date, inRelease"
    )]
    [InlineData("\"essential\": false", "\"essential\": false, \"suites\": []", "debian: unknown key 'suites'")]
    [InlineData("\"confirmed\": true", "\"confirmed\": true, \"optional\": true", "upstream[0]: unknown key 'optional'")]
    [InlineData("\"size\": 12", "\"siez\": 12", "upstream[0].files.amd64: unknown key 'siez'; did you mean 'size'?")]
    [InlineData("\"layer\": \"base\"", "\"layer\": \"base\", \"from\": \"debian\"", "packages[0]: unknown key 'from'")]
    [InlineData(
        "\"name\": \"tool\",\n      \"version\": \"9-1\"",
        "\"name\": \"tool\", \"layer\": \"base\", \"version\": \"9-1\"",
        "standIns[0]: unknown key 'layer'"
    )]
    public void A_lock_with_anything_wrong_is_refused_and_the_value_named(string old, string changed, string because)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);
        byte[] bytes = Encoding.UTF8.GetBytes(Text.Replace(old, changed, StringComparison.Ordinal));
        string told = Assert.Throws<ContentException>(() => ImageLockFile.Parse(bytes, "images/tiny/image.lock.json")).Message;
        Assert.StartsWith("images/tiny/image.lock.json", told, StringComparison.Ordinal);
        Assert.Contains(because, told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2")]
    [InlineData("\"date\": \"2026-01-25T04:05:06Z\"", "\"date\": 1")]
    [InlineData("\"without\": [", "\"with\": [")]
    [InlineData("\"main\"", "null")]
    [InlineData("\"size\": 12", "\"size\": -12")]
    [InlineData("\"name\": \"bash\"", "\"name\": \"../bash\"")]
    public void A_value_is_told_with_its_line_and_column(string old, string changed)
    {
        string text = Text.Replace(old, changed, StringComparison.Ordinal);
        string before = text[..text.IndexOf(changed, StringComparison.Ordinal)];
        string place = $"{before.Count(c => c == '\n') + 1}:{before.Length - before.LastIndexOf('\n')}";
        string told = Assert
            .Throws<ContentException>(() => ImageLockFile.Parse(Encoding.UTF8.GetBytes(text), "images/tiny/image.lock.json"))
            .Message;
        Assert.StartsWith($"images/tiny/image.lock.json:{place}: ", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("{\n\n", 3)]
    [InlineData("{\n  \"schema\": 1\n  \"image\": \"tiny\"\n}\n", 3)]
    [InlineData("{\n}\n}\n", 3)]
    [InlineData("<<<<<<< HEAD\n", 1)]
    public void What_is_no_json_is_told_with_its_line(string text, int line)
    {
        string told = Assert
            .Throws<ContentException>(() => ImageLockFile.Parse(Encoding.UTF8.GetBytes(text), "images/tiny/image.lock.json"))
            .Message;
        Assert.StartsWith($"images/tiny/image.lock.json:{line}: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", told, StringComparison.Ordinal);
    }
}
