using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>Layouts of one image that were assembled apart become what one machine makes, or nothing.</summary>
public sealed class LayoutMergeTests : IDisposable
{
    private static readonly DateTimeOffset Started = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly string Commit = new('a', 40);

    private readonly AssemblyFixture _workshop = new()
    {
        Layers = "- { name: base, title: the base, files: [{ from: rootfs/x, to: /x }] }",
    };

    public LayoutMergeTests()
    {
        Directory.CreateDirectory(Path.Combine(_workshop.Folder, "rootfs"));
        Write("one");
        _workshop.Add(new TinyDeb("libone").File("usr/share/one", "one"));
    }

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task The_parts_give_the_bytes_of_one_machine_in_any_order()
    {
        AssembledImage whole = await _workshop.AssembleAsync();
        LayoutPart[] parts = [await PartAsync("arm", Platform.LinuxArm64), await PartAsync("amd", Platform.LinuxAmd64)];
        foreach (LayoutPart[] order in (LayoutPart[][])[parts, [parts[1], parts[0]]])
        {
            (AssembledImage merged, string folder) = await MergeAsync(order);
            Assert.Equal(whole.Index, merged.Index);
            Assert.Equal(Tree(Path.Combine(_workshop.Root, "layout")), Tree(Path.Combine(folder, "layout")));
            Assert.Equal(Tree(Path.Combine(_workshop.Root, "layout-contents")), Tree(Path.Combine(folder, "contents")));
        }
    }

    [Fact]
    public async Task The_record_names_who_made_each_platform_and_reads_back()
    {
        LayoutPart[] parts =
        [
            await PartAsync("arm", Platform.LinuxArm64, record => record with { StartedOn = Started.AddHours(-1) }),
            await PartAsync("amd", Platform.LinuxAmd64, record =>
                record with
                {
                    Toolchain = new Toolchain("10.0.1", "10.0.2"),
                    Origin = record.Origin! with { Invocation = "https://example.org/runs/7", Runner = "self-hosted", IsModified = true },
                }
            ),
        ];
        (AssembledImage merged, string folder) = await MergeAsync(parts);
        AssemblyRecord record = new LayoutMerge(Request()).RecordOf(parts, merged, new AssemblyOrigin("https://example.org/merges"));
        string path = Path.Combine(folder, AssemblyRecord.FileName);
        await record.WriteAsync(path, default);
        AssemblyRecord read = await AssemblyRecord.RequireAsync(path, merged, AssemblyInput.Of(Request()), default);
        Assert.Equal(record.ToBytes(), read.ToBytes());
        Assert.Equal(["linux/amd64", "linux/arm64"], read.Parts.Select(part => part.Platform.ToString()));
        Assert.Equal(merged.Platforms.Select(platform => platform.Manifest.Digest), read.Parts.Select(part => part.Manifest));
        Assert.Equal([parts[1].RecordDigest, parts[0].RecordDigest], read.Parts.Select(part => part.Record));
        Assert.Equal(
            ("https://example.org/runs/7", "self-hosted", true, Commit),
            (read.Parts[0].Origin.Invocation, read.Parts[0].Origin.Runner, read.Parts[0].Origin.IsModified, read.Parts[0].Origin.Commit)
        );
        Assert.Equal((Started.AddHours(-1), Started.AddMinutes(1)), (read.StartedOn, read.FinishedOn));
        Assert.Equal([new Toolchain("10.0.1", "10.0.2"), Toolchain.Running], read.Toolchains);
    }

    [Fact]
    public async Task What_was_merged_before_keeps_the_names_of_those_who_assembled_it()
    {
        LayoutPart[] parts = [await PartAsync("arm", Platform.LinuxArm64), await PartAsync("amd", Platform.LinuxAmd64)];
        (AssembledImage merged, string folder) = await MergeAsync(parts);
        AssemblyOrigin merger = new("https://example.org/merges") { Commit = Commit };
        await new LayoutMerge(Request()).RecordOf(parts, merged, merger).WriteAsync(Path.Combine(folder, AssemblyRecord.FileName), default);
        LayoutPart again = await LayoutPart.ReadAsync(folder, Path.Combine(folder, "layout"), default);
        (AssembledImage twice, _) = await MergeAsync(again);
        Assert.Equal(merged.Index, twice.Index);
        Assert.All(new LayoutMerge(Request()).RecordOf([again], twice, merger).Parts, part =>
            Assert.Equal("https://example.org/builds", part.Origin.Builder)
        );
    }

    [Fact]
    public async Task A_platform_that_is_missing_or_there_twice_is_refused_by_name()
    {
        LayoutPart amd = await PartAsync("amd", Platform.LinuxAmd64);
        Assert.Contains(
            "tiny: no layout has linux/arm64; nothing was merged. Run ./build.sh Assemble Inspect --images tiny --platforms linux/arm64",
            await ProblemAsync(amd),
            StringComparison.Ordinal
        );
        LayoutPart both = await PartAsync("both", Platform.LinuxAmd64, Platform.LinuxArm64);
        string twice = await ProblemAsync(amd, both);
        Assert.Contains("linux/amd64 is in", twice, StringComparison.Ordinal);
        Assert.Contains(amd.Folder, twice, StringComparison.Ordinal);
        await MergeAsync(both);
        Assert.Contains("no layout has linux/arm64 or linux/amd64", await ProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_definition_lock_file_commit_or_image_is_refused_by_name()
    {
        LayoutPart amd = await PartAsync("amd", Platform.LinuxAmd64),
            arm = await PartAsync("arm", Platform.LinuxArm64);
        await MergeAsync(amd, arm);
        Write("two");
        Assert.Contains("from another file of the definition than the present one", await ProblemAsync(amd, arm), StringComparison.Ordinal);
        Write("one");
        _workshop.More = "# changed";
        Assert.Contains("from another definition than", await ProblemAsync(amd, arm), StringComparison.Ordinal);
        _workshop.More = "";
        _workshop.Add(new TinyDeb("more").File("usr/share/more"));
        Assert.Contains("from another lock than", await ProblemAsync(amd, arm), StringComparison.Ordinal);
        LayoutPart other = await PartAsync("other", Platform.LinuxAmd64, record => record with { Image = "large" });
        Assert.Contains("wanted a layout of tiny", await ProblemAsync(other), StringComparison.Ordinal);
        LayoutPart old = await PartAsync("old", Platform.LinuxAmd64, record =>
            record with
            {
                Origin = record.Origin! with { Commit = new string('b', 40) },
            }
        );
        Assert.Contains(
            $"linux/amd64 was assembled at commit {new string('b', 40)}, and {Commit} is",
            await ProblemAsync(old),
            StringComparison.Ordinal
        );
        LayoutPart built = await PartAsync("built", Platform.LinuxAmd64, record =>
            record with
            {
                Input = record.Input with { Dockerfile = record.Input.Lock },
            }
        );
        Assert.Contains("built from a Dockerfile", await ProblemAsync(built), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stand_ins_are_merged_with_stand_ins_alone_and_a_rehearsal_with_a_rehearsal()
    {
        LayoutPart real = await PartAsync("real", Platform.LinuxAmd64);
        _workshop.StandingIn = ["tool"];
        LayoutPart standIn = await PartAsync("stand-in", Platform.LinuxArm64);
        Assert.Contains("upstream's own files, and the others hold stand-ins", await ProblemAsync(standIn, real), StringComparison.Ordinal);
        (AssembledImage merged, string folder) = await MergeAsync(standIn, await PartAsync("both", Platform.LinuxAmd64));
        byte[] index = await File.ReadAllBytesAsync(
            Path.Combine(folder, "layout", "blobs", merged.Index.Digest.Algorithm, merged.Index.Digest.Hex)
        );
        Assert.Equal("tool", StandInMark.Of(Oci.Index.Parse(index)));
        _workshop.StandingIn = [];
        Assert.Contains("holds stand-ins for tool", await ProblemAsync(real, standIn), StringComparison.Ordinal);

        OciLayout layout = OciLayout.Open(Path.Combine(real.Folder, "layout"));
        layout.WriteIndex(layout.ReadIndex() with { Annotations = Descriptor.NoAnnotations.Add("rehearsal", "true") });
        LayoutPart marked = await LayoutPart.ReadAsync(real.Folder, layout.Name, default);
        Assert.Contains("a rehearsal made it", await ProblemAsync(marked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_that_is_short_altered_or_absent_is_refused_and_so_is_what_the_definition_does_not_say()
    {
        LayoutPart arm = await PartAsync("arm", Platform.LinuxArm64),
            amd = await PartAsync("amd", Platform.LinuxAmd64);
        AssembledPlatform platform = amd.Image.Platforms.Single();
        string layer = BlobPath(amd, platform.Layers[0].Blob.Digest);
        byte[] sound = await File.ReadAllBytesAsync(layer);
        byte[] altered = [.. sound];
        altered[^1] ^= 1;
        await File.WriteAllBytesAsync(layer, altered);
        string problem = await ProblemAsync(arm, amd);
        Assert.Contains($"{amd.Folder}: linux/amd64: ", problem, StringComparison.Ordinal);
        Assert.Contains($"sha256 wanted {platform.Layers[0].Blob.Digest.Hex}", problem, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(layer, sound[..^1]);
        Assert.Contains($"wanted {sound.Length} bytes, got {sound.Length - 1}", await ProblemAsync(arm, amd), StringComparison.Ordinal);
        File.Delete(layer);
        Assert.Contains("is missing; nothing was merged", await ProblemAsync(arm, amd), StringComparison.Ordinal);
        File.CreateSymbolicLink(layer, BlobPath(arm, arm.Image.Platforms.Single().Layers[0].Blob.Digest));
        Assert.Contains("symbolic link", await ProblemAsync(arm, amd), StringComparison.Ordinal);

        // A layer that is whole, and which somebody's own manifest names: nothing of this is the definition's.
        _workshop.Config = "{ entrypoint: [/usr/bin/evil] }";
        LayoutPart evil = await PartAsync("evil", Platform.LinuxAmd64);
        _workshop.Config = "{ entrypoint: [/usr/bin/tiny] }";
        await (evil.Record with { Input = AssemblyInput.Of(Request()) }).WriteAsync(
            Path.Combine(evil.Folder, AssemblyRecord.FileName),
            default
        );
        LayoutPart believed = await LayoutPart.ReadAsync(evil.Folder, evil.Layout.Name, default);
        Assert.Contains(
            "is not what definition and lock make of these layers",
            await ProblemAsync(arm, believed),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_list_of_contents_that_is_missing_or_of_other_layers_is_refused()
    {
        LayoutPart arm = await PartAsync("arm", Platform.LinuxArm64),
            amd = await PartAsync("amd", Platform.LinuxAmd64);
        string list = Path.Combine(amd.Folder, "contents", "amd64.json");
        string sound = await File.ReadAllTextAsync(list);
        string diffId = amd.Image.Platforms[0].Layers[0].DiffId.ToString();
        await File.WriteAllTextAsync(list, sound.Replace(diffId, Digest.Of("x"u8).ToString(), StringComparison.Ordinal));
        Assert.Contains("its list of contents is of other layers", await ProblemAsync(arm, amd), StringComparison.Ordinal);
        await File.WriteAllTextAsync(list, sound + new string(' ', 17 << 20));
        Assert.Contains("its list of contents: wanted at most", await ProblemAsync(arm, amd), StringComparison.Ordinal);
        await File.WriteAllTextAsync(list, "");
        Assert.Contains("is missing", await ProblemAsync(arm, amd), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_missing_hostile_or_of_another_layout_is_refused()
    {
        LayoutPart amd = await PartAsync("amd", Platform.LinuxAmd64);
        string path = Path.Combine(amd.Folder, AssemblyRecord.FileName);
        string sound = await File.ReadAllTextAsync(path);
        (string, string)[] cases =
        [
            ("", "missing or empty"),
            ("[]", "nothing was merged"),
            (new string(' ', 70_000), "wanted at most 65536 bytes"),
            (sound.Replace("https://example.org/builds", "javascript:alert(1)", StringComparison.Ordinal), "builder is malformed"),
            (sound.Replace("https://example.org/builds", "https://a\\u001b[2J", StringComparison.Ordinal), "builder is malformed"),
            (sound.Replace("\"tiny\"", "\"../../etc\"", StringComparison.Ordinal), "wanted an image's name"),
            (sound.Replace(Commit, "HEAD", StringComparison.Ordinal), "commit is malformed"),
            (sound.Replace("\"sdk\": \"", "\"sdk\": \"::add-mask::", StringComparison.Ordinal), "sdk is no version"),
            (sound.Replace("\"image\"", "\"imago\"", StringComparison.Ordinal), "does not say which image"),
            (sound.Replace("\"builder\"", "\"maker\"", StringComparison.Ordinal), "does not say which image"),
            (
                sound.Replace(amd.Image.Index.Digest.ToString(), Digest.Of("x"u8).ToString(), StringComparison.Ordinal),
                "and the layout holds"
            ),
            (
                sound.Replace("\"schema\"", $"\"parts\": [{string.Join(',', Enumerable.Repeat("{}", 40))}], \"schema\""),
                "nothing was merged"
            ),
        ];
        foreach ((string text, string problem) in cases)
        {
            await File.WriteAllTextAsync(path, text);
            ContentException refused = await Assert.ThrowsAsync<ContentException>(() =>
                LayoutPart.ReadAsync(amd.Folder, amd.Layout.Name, default)
            );
            Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', refused.Message);
        }

        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/zero");
        ContentException linked = await Assert.ThrowsAsync<ContentException>(() =>
            LayoutPart.ReadAsync(amd.Folder, amd.Layout.Name, default)
        );
        Assert.Contains("symbolic link", linked.Message, StringComparison.Ordinal);
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_workshop.Folder, "rootfs", "x"), text);

    private AssemblyRequest Request() => new(_workshop.Definition(), _workshop.Lock, [Platform.LinuxAmd64, Platform.LinuxArm64]);

    private Task<LayoutPart> PartAsync(string name, params Platform[] platforms) => PartAsync(name, platforms, record => record);

    private Task<LayoutPart> PartAsync(string name, Platform platform, Func<AssemblyRecord, AssemblyRecord> change) =>
        PartAsync(name, [platform], change);

    /// <summary>What a job leaves that assembles some platforms.</summary>
    private async Task<LayoutPart> PartAsync(string name, Platform[] platforms, Func<AssemblyRecord, AssemblyRecord> change)
    {
        string folder = Path.Combine(_workshop.Root, name);
        AssemblyRequest request = Request() with { Platforms = [.. platforms] };
        AssembledImage image = await new Assembler(
            _workshop.Cache,
            new AssemblyCache(Path.Combine(folder, "cache"), _workshop.Cache)
        ).AssembleAsync(
            request,
            OciLayout.Create(Path.Combine(folder, "layout")),
            new ContentsFolder(Path.Combine(folder, "contents")),
            TestContext.Current.CancellationToken
        );
        AssemblyRecord record = new(image.Index.Digest, AssemblyInput.Of(request), Toolchain.Running, Started, Started.AddMinutes(1))
        {
            Image = "tiny",
            Origin = new AssemblyOrigin("https://example.org/builds") { Commit = Commit },
        };
        await change(record).WriteAsync(Path.Combine(folder, AssemblyRecord.FileName), default);
        return await LayoutPart.ReadAsync(folder, Path.Combine(folder, "layout"), default);
    }

    private async Task<(AssembledImage Image, string Folder)> MergeAsync(params LayoutPart[] parts)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_workshop.Root, Path.GetRandomFileName())).FullName;
        LayoutMerge merge = new(Request()) { Commit = Commit };
        await merge.RequireAsync(parts, default);
        return (
            await merge.WriteAsync(
                parts,
                OciLayout.Create(Path.Combine(folder, "layout")),
                new ContentsFolder(Path.Combine(folder, "contents")),
                default
            ),
            folder
        );
    }

    private async Task<string> ProblemAsync(params LayoutPart[] parts)
    {
        ContentException refused = await Assert.ThrowsAsync<ContentException>(() => MergeAsync(parts));
        Assert.Contains("nothing was merged", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }

    private static string BlobPath(LayoutPart part, Digest digest) =>
        Path.Combine(part.Folder, "layout", "blobs", digest.Algorithm, digest.Hex);

    private static string Tree(string folder)
    {
        StringBuilder lines = new();
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            lines.Append($"{Path.GetRelativePath(folder, file)} {Digest.Of(File.ReadAllBytes(file))}\n");
        return lines.ToString();
    }
}
