namespace Slipway.Oci.Tests;

/// <summary>The archive's exact bytes, pinned; and what no layer may hold.</summary>
public class LayerRuleTests
{
    private const long Time = 1_700_000_000;

    public static TheoryData<string, LayerEntry[], string> Pins =>
        new()
        {
            { "nothing", [], "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef" },
            { "empty file", [File("a")], "3006140d9f819c2952946b4dbb4265163edd59fa68e6ea8e0df24f961d9b44e1" },
            { "content", [File("a", "content\n")], "e46e11d502f978d7e5e321ed82b10e6833eec738602af7c547a56061a51746b6" },
            { "mode", [File("a") with { Mode = 0b111_101_101 }], "b00fddf0dcd9f17d33900991aab4eda0414eeb2497b1b7eb0add07f3c7356708" },
            { "setuid", [File("a") with { Mode = 0b100_111_101_101 }], "31c16b0f925b5f1bcf7b29221fde6c83af6a4c6ec49c67cb29ff9b8fadfb0a9e" },
            {
                "owner",
                [File("a") with { UserId = 1000, GroupId = 42 }],
                "ed46c63001b7539c8fd240d92603636c25408b91268af8908899f1cd3371ca88"
            },
            {
                "great owner",
                [File("a") with { UserId = int.MaxValue, GroupId = int.MaxValue }],
                "dce3f0e9f129a088d95f332b551ff89dcb14e3ece6fbbc6055e17bf8aed00562"
            },
            { "time", [File("a") with { ModifiedTime = Time }], "a1f4ff48f16deb95b1f1649ba8bad6f860cd2e61521961708f17c88f7402a1ef" },
            { "directory", [LayerEntry.Directory("a", "test")], "451b9fc272370a035bb7ef7c8db824e0639d4b651b6cadc5f5263f8253627b63" },
            {
                "sticky directory",
                [LayerEntry.Directory("a", "test", 0b1_111_111_111)],
                "5a908c5e463346bf8f07bc313bedfe55b905ba1bceab1ced20771bd261dfb3e2"
            },
            {
                "symbolic link",
                [LayerEntry.SymbolicLink("a", "b", "test")],
                "a0ed1ac6d3c07715d958aa0cc8539968221ed36a4989eaaa33cc7f801c8a1be6"
            },
            { "hard link", [File("a"), Sample.HardLink("b", "a")], "04bb6f1c370e67138d79be7a2ccf15e78b521074095c7b3b403e864b1271da76" },
            { "long name", [File(new string('n', 150))], "8ea0b3ceba8cb5e1788e0afd6ab3fa71b8d586e7b25b34dc0074d3e630c69c21" },
            {
                "long target",
                [LayerEntry.SymbolicLink("a", new string('t', 150), "test")],
                "9ad50441d8be7ca836511446589a96c8a23bc9f61a962ee0a3eb6c6c3b7820b0"
            },
            { "everything", Sample.Everything, "24ca4a89a8f08abccc77f5e82ddd1039c97f3bb4c96619c24372deecbcfc2b99" },
        };

    [Theory]
    [MemberData(nameof(Pins), DisableDiscoveryEnumeration = true)]
    public void The_archive_never_changes(string what, LayerEntry[] entries, string diffId)
    {
        string got = Sample.Write(entries).Layer.DiffId.Hex;
        Assert.True(got == diffId, $"{what}: wanted {diffId}, got {got}");
    }

    [Fact]
    public void Every_attribute_changes_the_archive()
    {
        string[] digests = [.. Pins.Select(pin => Sample.Write(pin.Data.Item2).Layer.DiffId.Hex)];
        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void The_owners_name_is_for_us_and_changes_nothing() =>
        Assert.Equal(Sample.Write(File("a")).Layer.Blob, Sample.Write(File("a") with { Owner = "another" }).Layer.Blob);

    [Theory]
    [InlineData("b", "a")]
    [InlineData("a", "a")]
    [InlineData("a/b", "a.b")]
    [InlineData("a", "B")]
    public void Entries_out_of_order_are_refused(string first, string second) =>
        Refused($"'{second}' does not come after '{first}'", File(first), File(second));

    [Theory]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/.")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData("a\0b")]
    public void A_path_that_is_not_plain_is_refused(string path) => Refused("not plain", File(path));

    [Fact]
    public void An_empty_path_is_refused() => Refused("''", File(""));

    [Theory]
    [InlineData("z")]
    [InlineData("missing")]
    [InlineData("directory")]
    [InlineData("link")]
    [InlineData("/file")]
    [InlineData(null)]
    public void A_hard_link_to_anything_but_an_earlier_file_is_refused(string? target) =>
        Refused(
            "hard link's target",
            LayerEntry.Directory("directory", "test"),
            File("file"),
            LayerEntry.SymbolicLink("link", "file", "test"),
            Sample.HardLink("name", "file") with
            {
                LinkTarget = target,
            },
            File("z")
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_symbolic_link_without_a_sound_target_is_refused(string? target) =>
        Refused("symbolic link", LayerEntry.SymbolicLink("a", "b", "test") with { LinkTarget = target });

    [Theory]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(0)]
    public void A_content_of_another_length_than_it_said_is_refused(long size) =>
        Refused($"wanted {size} bytes, got 7", File("a", "content") with { Size = size });

    [Fact]
    public void A_content_that_ends_before_its_length_is_refused() =>
        Refused("'a'", File("a", "content") with { Open = () => new FalseLengthStream(7, "cont"u8.ToArray()) });

    [Theory]
    [InlineData(-1)]
    [InlineData(0x1000)]
    public void A_mode_beyond_twelve_bits_is_refused(int mode) => Refused("mode", File("a") with { Mode = mode });

    private static LayerEntry File(string path, string content = "") =>
        LayerEntry.File(path, System.Text.Encoding.ASCII.GetBytes(content), "test");

    private static void Refused(string because, params LayerEntry[] entries)
    {
        ContentException e = Assert.Throws<ContentException>(() => Sample.Write(entries));
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Says another length than it has.</summary>
    private sealed class FalseLengthStream(long length, byte[] bytes) : MemoryStream(bytes)
    {
        public override long Length => length;
    }
}
