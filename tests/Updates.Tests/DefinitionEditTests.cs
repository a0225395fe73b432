using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Updates.Tests;

/// <summary>Versions and checksums are changed in place; every other character stays.</summary>
public sealed class DefinitionEditTests : IDisposable
{
    private static readonly Digest Other = Digest.Of("other"u8);

    private readonly ImageDefinitions _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void Nothing_but_the_values_changes_in_the_product_s_own_definition()
    {
        string folder = Path.Combine(ImageDefinitions.Real, "kubelet");
        string before = File.ReadAllText(Path.Combine(folder, ImageDefinition.FileName));
        ImageDefinition definition = ImageDefinitionFile.Read(folder);
        DefinitionEdit edit = DefinitionEdit.Of(folder);
        edit.Version("v1.99.0");
        edit.Checksum("kubectl", "arm64", Other);

        string wanted = before
            .Replace($"\nversion: {definition.Version}\n", "\nversion: v1.99.0\n", StringComparison.Ordinal)
            .Replace(
                definition.Upstream.Single(file => file.Name == "kubectl").Checksums["arm64"].ToString(),
                Other.ToString(),
                StringComparison.Ordinal
            );
        Assert.NotEqual(before, wanted);
        Assert.Equal(wanted, edit.Finish());
    }

    [Fact]
    public void A_file_s_own_version_and_the_image_s_are_told_apart()
    {
        DefinitionEdit edit = Of(ImageDefinitions.Sound);
        edit.Version("tool", "v10");
        ImageDefinition read = _scratch.Read(edit.Finish());
        Assert.Equal(("v1.2.3", "v10"), (read.Version, read.Upstream[0].Version));
    }

    [Theory]
    [InlineData("version: v1.2.3\n", "version: \"v1.2.3\" # why\n", "version: \"v1.3.0\" # why\n")]
    [InlineData("version: v1.2.3\n", "version:   'v1.2.3'   \n", "version:   'v1.3.0'   \n")]
    [InlineData("version: v1.2.3\n", "version:\n  v1.2.3\n", "version:\n  v1.3.0\n")]
    [InlineData("version: v1.2.3\n", "\"version\": v1.2.3 # v1.2.3\n", "\"version\": v1.3.0 # v1.2.3\n")]
    public void Quotes_comments_and_blanks_stay(string old, string form, string wanted)
    {
        string text = ImageDefinitions.Sound.ReplaceLineEndings("\n");
        DefinitionEdit edit = Of(text.Replace(old, form, StringComparison.Ordinal));
        edit.Version("v1.3.0");
        Assert.Equal(text.Replace(old, wanted, StringComparison.Ordinal), edit.Finish());
    }

    [Fact]
    public void Line_ends_of_the_other_kind_and_letters_beyond_ascii_stay()
    {
        string text = ImageDefinitions
            .Sound.ReplaceLineEndings("\r\n")
            .Replace("a tiny image", "ein überaus kleines Bild 🙂", StringComparison.Ordinal);
        DefinitionEdit edit = Of(text);
        edit.Version("v1.3.0");
        edit.Checksum("tool", "amd64", Other);
        int at = text.IndexOf(ImageDefinitions.Checksum, StringComparison.Ordinal);
        string wanted = text.Remove(at, ImageDefinitions.Checksum.Length)
            .Insert(at, Other.ToString())
            .Replace("v1.2.3", "v1.3.0", StringComparison.Ordinal);
        Assert.Equal(wanted, edit.Finish());
    }

    [Theory]
    [InlineData("nothing", "amd64")]
    [InlineData("tool", "riscv64")]
    public void What_is_not_there_cannot_be_changed(string file, string architecture) =>
        Assert.Throws<DefinitionException>(() => Of(ImageDefinitions.Sound).Checksum(file, architecture, Other));

    [Theory]
    [InlineData("")]
    [InlineData("v1.3.0 # and more")]
    [InlineData("v1.3.0\nsource: https://evil.example.org")]
    [InlineData("{}")]
    public void A_value_that_would_be_more_than_a_value_is_refused(string value) =>
        Assert.Throws<ArgumentException>(() => Of(ImageDefinitions.Sound).Version(value));

    private DefinitionEdit Of(string text)
    {
        _scratch.Read(text);
        return DefinitionEdit.Of(_scratch.Folder);
    }
}
