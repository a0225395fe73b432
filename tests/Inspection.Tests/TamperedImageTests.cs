using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>Layers and list of contents that do not say the same, and archives that no layer of ours can be.</summary>
public class TamperedImageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "\"path\": \"usr/bin/su\"",
        "\"path\": \"usr/bin/sudo\"",
        "/usr/bin/su",
        "layer base holds it more often than the list of contents names it"
    )]
    [InlineData("\"mode\": \"4755\"", "\"mode\": \"0755\"", "/usr/bin/su", "wanted File 0755")]
    [InlineData("\"target\": \"usr/bin\"", "\"target\": \"usr/sbin\"", "/bin", "-> usr/sbin")]
    [InlineData("\"owner\": \"package tiny\"", "\"owner\": \"package gone\"", "/etc/mtab", "")]
    [InlineData("\"owner\": \"definition\"", "\"owner\": \"\"", "/bin", "its owner '' is neither in the lock nor a step")]
    [InlineData("\"owner\": \"definition\"", "\"owner\": \"somebody\"", "/bin", "its owner 'somebody' is neither in the lock nor a step")]
    [InlineData(
        "\"owner\": \"definition\"",
        "\"owner\": \"finishing step shells\"",
        "/bin",
        "its owner 'finishing step shells' is neither in the lock nor a step"
    )]
    [InlineData("\"name\": \"base\"", "\"name\": \"bass\"", "layer base", "the list of contents describes layer bass")]
    public async Task A_list_that_differs_from_the_layers_is_told(string written, string changed, string path, string problem)
    {
        using AssemblyFixture shop = WholeImage.Create();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        string list = Path.Combine(shop.Root, "layout-contents", "amd64.json");
        string text = File.ReadAllText(list);
        Assert.Contains(written, text, StringComparison.Ordinal);
        File.WriteAllText(list, text.Replace(written, changed, StringComparison.Ordinal));
        Violation[] violations = [.. (await shop.InspectAsync()).Violations];
        Assert.All(violations, violation => Assert.Equal("owner", violation.Rule));
        if (problem.Length > 0)
            Assert.Contains(violations, violation =>
                violation.Path == path && violation.Problem.Contains(problem, StringComparison.Ordinal)
            );
        else
            Assert.NotEmpty(violations);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"platform\":\"linux/arm64\",\"layers\":[]}")]
    [InlineData("{\"platform\":\"linux/amd64\",\"layers\":[{\"name\":\"x\"}]}")]
    [InlineData("{\"platform\":\"linux/amd64\",\"layers\":[{\"name\":\"x\",\"diffId\":\"sha256:00\",\"entries\":[]}]}")]
    public async Task A_list_that_says_nothing_sound_is_refused_with_the_command_that_mends_it(string list)
    {
        using AssemblyFixture shop = WholeImage.Create();
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        File.WriteAllText(Path.Combine(shop.Root, "layout-contents", "amd64.json"), list);
        ContentException e = await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
        Assert.EndsWith("Run ./build.sh Assemble --images tiny", e.Message, StringComparison.Ordinal);
        shop.Contents().Clear();
        e = await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
        Assert.Contains("is missing. Run ./build.sh Assemble", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_image_has_the_same_list_from_a_warm_cache_and_in_another_folder()
    {
        using AssemblyFixture one = WholeImage.Create(),
            other = WholeImage.Create();
        await one.AssembleAsync("cold");
        await one.AssembleAsync("warm");
        await other.AssembleAsync("other");
        foreach (string name in (string[])["amd64.json", "arm64.json"])
        {
            byte[] cold = File.ReadAllBytes(Path.Combine(one.Root, "cold-contents", name));
            Assert.Equal(cold, File.ReadAllBytes(Path.Combine(one.Root, "warm-contents", name)));
            Assert.Equal(cold, File.ReadAllBytes(Path.Combine(other.Root, "other-contents", name)));
        }
    }

    [Fact]
    public async Task An_image_of_one_platform_leaves_no_list_of_another()
    {
        using AssemblyFixture shop = WholeImage.Create();
        await shop.AssembleAsync();
        await shop.AssembleAsync(platforms: Platform.LinuxArm64);
        Assert.Equal(["arm64.json"], Directory.GetFiles(Path.Combine(shop.Root, "layout-contents")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_file_in_the_layer_alone_a_whiteout_a_capability_and_a_device_are_told()
    {
        using AssemblyFixture shop = WholeImage.Create();
        await ReplaceTopAsync(
            shop,
            new GnuTarEntry(TarEntryType.RegularFile, "opt/.wh.host"),
            new PaxTarEntry(TarEntryType.RegularFile, "opt/capable", [KeyValuePair.Create("SCHILY.xattr.security.capability", "x")]),
            new PaxTarEntry(TarEntryType.CharacterDevice, "dev/null"),
            new PaxTarEntry(TarEntryType.RegularFile, "opt/hidden") { DataStream = new MemoryStream("x"u8.ToArray()) }
        );
        Violation[] violations = [.. (await shop.InspectAsync()).Violations];
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/.wh.host", "whiteout"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/capable", "capability"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/hidden", "owner"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/dev/null", "owner"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/host/tool", "owner"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/host/tool", "version"));
    }

    [Theory]
    [InlineData(TarEntryType.HardLink, "opt/missing")]
    [InlineData(TarEntryType.HardLink, "bin")]
    [InlineData(TarEntryType.HardLink, "opt/host/tool")]
    [InlineData(TarEntryType.SymbolicLink, "./")]
    [InlineData(TarEntryType.SymbolicLink, "../../../../..")]
    public async Task A_link_to_no_file_is_told_where_a_file_is_wanted(TarEntryType kind, string target)
    {
        using AssemblyFixture shop = WholeImage.Create();
        await ReplaceTopAsync(
            shop,
            new PaxTarEntry(TarEntryType.HardLink, "opt/hard") { LinkName = "opt/host/tool" },
            new PaxTarEntry(kind, "opt/host/tool") { LinkName = target }
        );
        Assert.Contains((await shop.InspectAsync()).Violations, violation =>
            (violation.Path, violation.Rule) == ("/opt/host/tool", "version")
        );
    }

    [Fact]
    public async Task A_symbolic_link_to_nothing_at_all_leads_nowhere()
    {
        using AssemblyFixture shop = WholeImage.Create();
        // No writer makes such an entry.
        byte[] plain = WithField(new UstarTarEntry(TarEntryType.SymbolicLink, "opt/host/tool") { LinkName = "x" }, 157, [0]);
        await ReplaceTopAsync(shop, plain, Digest.Of(plain));
        Assert.Contains((await shop.InspectAsync()).Violations, violation =>
            (violation.Path, violation.Rule) == ("/opt/host/tool", "link")
        );
    }

    [Theory]
    [InlineData(124, "\u00ff\u00fe\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData(124, "77777777777\0x")]
    [InlineData(108, "\u0080\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData(136, "\u0080\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    public async Task A_header_with_a_number_beyond_all_measure_is_refused(int at, string field)
    {
        foreach (TarEntryType kind in (TarEntryType[])[TarEntryType.RegularFile, TarEntryType.ExtendedAttributes])
        {
            using AssemblyFixture shop = WholeImage.Create();
            byte[] plain = WithField(new UstarTarEntry(TarEntryType.RegularFile, "opt/x"), at, Encoding.Latin1.GetBytes(field), (byte)kind);
            await ReplaceTopAsync(shop, plain, Digest.Of(plain));
            ContentException e = await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
            Assert.StartsWith("layer sha256:", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(TarEntryType.ExtendedAttributes)]
    [InlineData(TarEntryType.GlobalExtendedAttributes)]
    [InlineData(TarEntryType.LongPath)]
    [InlineData(TarEntryType.LongLink)]
    public async Task A_header_as_long_as_a_file_is_refused(TarEntryType kind)
    {
        using AssemblyFixture shop = WholeImage.Create();
        byte[] plain = WithField(
            new UstarTarEntry(TarEntryType.RegularFile, "opt/x") { DataStream = new MemoryStream(new byte[3 << 20]) },
            156,
            [],
            (byte)kind
        );
        await ReplaceTopAsync(shop, plain, Digest.Of(plain));
        ContentException e = await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
        Assert.Contains("a long name or pax header wanted at most 1048576 bytes, got 3145728", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_and_links_that_no_system_could_make_are_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("a/", 600)),
            wide = string.Join('/', Enumerable.Repeat(new string('b', 200), 30));
        foreach (
            TarEntry entry in (TarEntry[])
                [
                    new PaxTarEntry(TarEntryType.RegularFile, deep + "x"),
                    new PaxTarEntry(TarEntryType.RegularFile, wide),
                    new PaxTarEntry(TarEntryType.HardLink, "opt/x") { LinkName = deep + "x" },
                    new PaxTarEntry(TarEntryType.SymbolicLink, "opt/x") { LinkName = wide },
                ]
        )
        {
            using AssemblyFixture shop = WholeImage.Create();
            await ReplaceTopAsync(shop, entry);
            Assert.Contains("wanted a ", (await Assert.ThrowsAsync<ContentException>(shop.InspectAsync)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Paths_that_name_folders_without_end_are_refused()
    {
        using AssemblyFixture shop = WholeImage.Create();
        string folders = string.Concat(Enumerable.Repeat("abcdefg/", 500));
        await ReplaceTopAsync(
            shop,
            [.. Enumerable.Range(0, 100).Select(i => new PaxTarEntry(TarEntryType.RegularFile, $"{i}/{folders}x"))]
        );
        Assert.Contains(
            "characters in all layers, got more",
            (await Assert.ThrowsAsync<ContentException>(shop.InspectAsync)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_path_out_of_the_image_is_refused()
    {
        using AssemblyFixture shop = WholeImage.Create();
        await ReplaceTopAsync(shop, new PaxTarEntry(TarEntryType.RegularFile, "opt/../../etc/passwd"));
        ContentException e = await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
        Assert.Contains("entry 'opt/../../etc/passwd' leads out of the image", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_no_archive_or_cut_short_or_another_than_its_diff_id_is_refused()
    {
        byte[] archive = ForeignImage.Tar([
            new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(new byte[5000]) },
        ]);
        foreach (
            (byte[] plain, Digest diffId) in new[]
            {
                (Encoding.ASCII.GetBytes(new string('x', 2000)), (Digest?)null),
                (archive[..2000], null),
                (archive, Digest.Of("other"u8)),
            }.Select(sample => (sample.Item1, sample.Item2 ?? Digest.Of(sample.Item1)))
        )
        {
            using AssemblyFixture shop = WholeImage.Create();
            await ReplaceTopAsync(shop, plain, diffId);
            await Assert.ThrowsAsync<ContentException>(shop.InspectAsync);
        }
    }

    [Fact]
    public async Task A_setuid_file_is_told_under_its_second_name_too_and_a_link_to_nothing_breaks_the_image()
    {
        using AssemblyFixture shop = WholeImage.Create();
        await ReplaceTopAsync(
            shop,
            ForeignImage.File("opt/plain", "x", (UnixFileMode)0b100_111_101_101),
            ForeignImage.Hard("opt/second", "opt/plain"),
            ForeignImage.File("opt/plain", "y"),
            ForeignImage.Hard("opt/nothing", "opt/missing")
        );
        Violation[] violations = [.. (await shop.InspectAsync()).Violations];
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/second", "setuid"));
        Assert.Contains(violations, violation => (violation.Path, violation.Rule) == ("/opt/nothing", "link"));
        Assert.DoesNotContain(violations, violation => (violation.Path, violation.Rule) == ("/opt/second", "link"));
    }

    /// <summary>Puts other entries in place of the upper layer of linux/amd64, under digests that fit.</summary>
    internal static Task ReplaceTopAsync(AssemblyFixture shop, params TarEntry[] entries)
    {
        byte[] plain = ForeignImage.Tar(entries);
        return ReplaceTopAsync(shop, plain, Digest.FromHash("sha256", SHA256.HashData(plain)));
    }

    internal static async Task ReplaceTopAsync(AssemblyFixture shop, byte[] plain, Digest diffId)
    {
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        OciLayout layout = shop.Layout();
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(plain);
        Manifest manifest = Manifest.Parse((await layout.ReadManifestAsync(image.Platforms[0].Manifest.Digest, Stop))!.Bytes);
        ImageConfig config = ImageConfig.Parse(File.ReadAllBytes(shop.BlobPath(manifest.Config.Digest)));
        Descriptor layer = await layout.AddBlobAsync(MediaType.LayerGzip, packed.ToArray(), Stop);
        Descriptor configBlob = await layout.AddBlobAsync(
            MediaType.Config,
            (config with { DiffIds = config.DiffIds.SetItem(1, diffId) }).ToBytes(),
            Stop
        );
        Manifest changed = manifest with { Config = configBlob, Layers = manifest.Layers.SetItem(1, layer) };
        Descriptor child = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, changed.ToBytes()), Stop);
        Oci.Index index = Oci.Index.Parse((await layout.ReadManifestAsync(image.Index.Digest, Stop))!.Bytes);
        Oci.Index other = index with { Manifests = [child with { Platform = Platform.LinuxAmd64 }] };
        layout.WriteIndex(new Oci.Index([await layout.AddManifestAsync(new ManifestContent(MediaType.Index, other.ToBytes()), Stop)]));
    }

    /// <summary>An archive of one entry with another field at some place of its header, under a check sum that fits.</summary>
    private static byte[] WithField(TarEntry entry, int at, byte[] field, byte? kind = null)
    {
        byte[] plain = ForeignImage.Tar([entry]);
        field.CopyTo(plain, at);
        plain[156] = kind ?? plain[156];
        plain.AsSpan(148, 8).Fill((byte)' ');
        int sum = plain.Take(512).Sum(one => one);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(plain, 148);
        return plain;
    }
}
