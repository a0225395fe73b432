using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Testing;
using Slipway.Verification;

namespace Slipway.Graph.Tests;

public sealed partial class ReproduceTargetTests
{
    public static TheoryData<string, string> Names { get; } = [.. Changes.Select(change => (change.Key, change.Value.Text))];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_came_out_otherwise_is_65_by_name_and_is_never_signed(string what, string text)
    {
        using ToolsCopy copy = await made.CopyAsync();
        await Changes[what].Do(copy);
        ChildResult result = (await ReproduceAsync(copy, "--attest")).Require(65);
        Assert.Contains(text, result.Output, StringComparison.Ordinal);
        Assert.Contains("different: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("different", Record().GetProperty("result").GetString());
        Assert.False(Directory.Exists(Results("trust")));
    }

    [Fact]
    public async Task One_byte_of_one_file_is_one_path_with_its_layer_and_owner()
    {
        using ToolsCopy copy = await made.CopyAsync();
        await copy.ChangeLayerAsync(Flipped);
        ChildResult result = (await ReproduceAsync(copy)).Require(65);
        Assert.Contains($"1 path and ", result.Error, StringComparison.Ordinal);
        Assert.Contains($"first /{File} (content; upstream a v1.0.0)", result.Error, StringComparison.Ordinal);
        JsonElement platform = Record().GetProperty("platforms")[0];
        JsonElement only = Assert.Single(platform.GetProperty("files").EnumerateArray());
        Assert.Equal(
            ("/" + File, "the tools", "upstream a v1.0.0"),
            (only.GetProperty("path").GetString(), only.GetProperty("title").GetString(), only.GetProperty("owner").GetString())
        );
        Assert.Equal(["content"], only.GetProperty("differs").EnumerateArray().Select(one => one.GetString()));
    }

    private static Dictionary<string, (string Text, Func<ToolsCopy, Task> Do)> Changes =>
        new(StringComparer.Ordinal)
        {
            ["a byte"] = ($"the tools  /{File}  content  ", copy => copy.ChangeLayerAsync(Flipped)),
            ["a byte that the configuration does not own up to"] = ($"the tools  /{File}  content  ", copy =>
                copy.ChangeLayerAsync(Flipped, isTold: false)
            ),
            ["a configuration that owns up to nothing"] = ("config.rootfs.diff_ids[0]", copy =>
                copy.ChangeLayerAsync(Flipped, isTold: false)
            ),
            ["a mode"] = ($"the tools  /{File}  mode  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.Mode = (UnixFileMode)0b100_111_101_101))
            ),
            ["an owner"] = ($"the tools  /{File}  owner  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.Uid = 7))
            ),
            ["a time"] = ($"the tools  /{File}  time  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.ModificationTime = entry.ModificationTime.AddSeconds(1)))
            ),
            ["one more file"] = ("the tools  /usr/local/share/evil  only in the release  ", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, _ => { }, "usr/local/share/evil"))
            ),
            ["one more file with a name that steers terminals"] = ("the tools  /usr/local/share/evil?[31m", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, _ => { }, "usr/local/share/evil\u001b[31m"))
            ),
            ["headers alone"] = ("the tools  (all of it)  archive headers", copy =>
                copy.ChangeLayerAsync(archive => Rewritten(archive, entry => entry.UserName = "somebody"))
            ),
            ["one more layer"] = ("layer 1  /usr  ", copy => copy.AddLayerAsync(LayerEntry.Directory("usr", ""))),
            ["the environment"] = ("config.config.Env[0]", copy =>
                copy.ChangeAsync((manifest, config) => Task.FromResult((manifest, config with { Environment = ["PATH=/tmp"] })))
            ),
            ["an annotation of the index"] = ("index.annotations.x", copy =>
                copy.ChangeAsync(
                    (manifest, config) => Task.FromResult((manifest, config)),
                    index => index with { Annotations = index.Annotations.Add("x", "y") }
                )
            ),
        };

    private static Task SayCommitAsync(ToolsCopy copy, string commit) =>
        copy.SayProvenanceAsync(said =>
            said with
            {
                Parameters = said.Parameters with { Commit = commit },
                Dependencies =
                [
                    .. said.Dependencies.Select(resource =>
                        resource.Digests.ContainsKey(ResourceDescriptor.GitCommit)
                            ? resource with
                            {
                                Digests = resource.Digests.SetItem(ResourceDescriptor.GitCommit, commit),
                            }
                            : resource
                    ),
                ],
            }
        );

    /// <summary>One byte of a file's content; no header covers it.</summary>
    private static byte[] Flipped(byte[] archive)
    {
        byte[] content = System.IO.File.ReadAllBytes(ContentOf(archive));
        int at = archive.AsSpan().IndexOf(content);
        byte[] changed = [.. archive];
        changed[at + 500] ^= 1;
        return changed;
    }

    private static string ContentOf(byte[] archive)
    {
        string file = Path.GetTempFileName();
        using TarReader reader = new(new MemoryStream(archive));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name == File)
                entry.ExtractToFile(file, overwrite: true);
        }

        return file;
    }

    /// <summary>The same archive written anew, with something else about one file.</summary>
    private static byte[] Rewritten(byte[] archive, Action<PosixTarEntry> change, string? added = null)
    {
        using MemoryStream written = new();
        using (TarReader reader = new(new MemoryStream(archive)))
        using (TarWriter writer = new(written, TarEntryFormat.Pax, leaveOpen: true))
        {
            while (reader.GetNextEntry(copyData: true) is { } entry)
            {
                if (entry.Name == File)
                    change((PosixTarEntry)entry);
                writer.WriteEntry(entry);
            }

            if (added is not null)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, added) { DataStream = new MemoryStream("x"u8.ToArray()) });
        }

        return written.ToArray();
    }

    private static byte[] Replaced(ReadOnlyMemory<byte> json, string old, string changed)
    {
        string text = Encoding.UTF8.GetString(json.Span);
        Assert.Contains(old, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(old, changed, StringComparison.Ordinal));
    }
}
