using System.Text;
using Slipway.Oci;

namespace Slipway.Sources.Tests;

public class ImageLockFileTests
{
    private static string Text => Encoding.UTF8.GetString(ImageLockFile.ToBytes(ImageLocks.Sound));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void What_is_written_reads_back_and_writes_the_same()
    {
        ImageLock read = ImageLockFile.Parse(Encoding.UTF8.GetBytes(Text));
        Assert.Equal(Text, Encoding.UTF8.GetString(ImageLockFile.ToBytes(read)));
        Assert.Equal((ImageLocks.Time, "v1.2.3"), (read.Timestamp, read.Version));
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
        after = after with { Packages = after.Packages.SetItem(0, bash with { Versions = bash.Versions.SetItem("amd64", "5.2-2").SetItem("arm64", "5.2-2") }) };
        string[] before = Text.Split('\n'), changed = Encoding.UTF8.GetString(ImageLockFile.ToBytes(after)).Split('\n');
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
        Assert.Equal(["tool", "more"], ImageLockFile.Parse(bytes).LeftOut);
        Assert.Equal(bytes, ImageLockFile.ToBytes(ImageLockFile.Parse(bytes)));
        Assert.DoesNotContain("leftOut", Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flannel-cni")]
    [InlineData("kubelet")]
    public void The_real_locks_are_as_Lock_writes_them_and_fit(string image)
    {
        string folder = Path.Combine(ImageDefinitions.Real, image);
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, ImageLock.FileName));
        Assert.Equal(bytes, ImageLockFile.ToBytes(ImageLockFile.Parse(bytes)));
        LockFit.Require(ImageDefinitionFile.Read(folder), ImageLockFile.Parse(bytes));
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
    [InlineData("{}", "tiny: image.lock.json: image lock: ")]
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
    [InlineData("\"schema\": 1", "\"schema\": 2")]
    [InlineData("\"schema\": 1", "\"schema\": \"1\"")]
    [InlineData("\"schema\": 1,", "")]
    [InlineData("\"image\": \"tiny\",", "")]
    [InlineData("\"image\": \"tiny\",", "\"image\": \"tiny\", \"image\": \"tiny\",")]
    [InlineData("2026-02-03T04:05:06Z", "2026-02-03T04:05:06+01:00")]
    [InlineData("2026-02-03T04:05:06Z", "yesterday")]
    [InlineData("\"wanted\": {", "\"wanted\": [], \"x\": {")]
    [InlineData("\"bash\",\n      \"zsh\"", "null")]
    [InlineData("\"bash\",\n      \"zsh\"", "1")]
    [InlineData("\"confirmed\": true", "\"confirmed\": \"yes\"")]
    [InlineData("\"size\": 12", "\"size\": -12")]
    [InlineData("\"size\": 12", "\"size\": 1.5")]
    [InlineData("\"size\": 12", "\"size\": 99999999999999999999")]
    [InlineData("sha256:e3b0", "sha256:E3B0")]
    [InlineData("sha256:e3b0", "md5:e3b0")]
    [InlineData("\"name\": \"bash\"", "\"name\": \"../bash\"")]
    [InlineData("\"name\": \"bash\"", "\"name\": null")]
    [InlineData("debian/pool/main/bash_amd64.deb", "debian/../../etc/passwd")]
    [InlineData("debian/pool/main/bash_amd64.deb", "https://example.org/bash.deb")]
    [InlineData("https://example.org/v9/tool-amd64.tgz", "file:///etc/passwd")]
    [InlineData("https://example.org/v9/tool-amd64.tgz", "http://example.org/x")]
    [InlineData("\"arm64\": \"5.9-1+b1\"", "\"riscv64\": \"5.9-1+b1\"")]
    [InlineData(",\n          \"size\": 100", "")]
    [InlineData("}\n", "},\n")]
    public void A_lock_with_anything_wrong_is_refused(string old, string changed)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);
        byte[] bytes = Encoding.UTF8.GetBytes(Text.Replace(old, changed, StringComparison.Ordinal));
        Assert.StartsWith("image lock: ", Assert.Throws<ContentException>(() => ImageLockFile.Parse(bytes)).Message, StringComparison.Ordinal);
    }
}
