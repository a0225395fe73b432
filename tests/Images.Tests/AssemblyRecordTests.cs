using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What the file beside a layout says of its assembly, and when it is believed.</summary>
public sealed class AssemblyRecordTests : IDisposable
{
    private static readonly DateTimeOffset Started = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly AssemblyFixture _workshop = new()
    {
        Layers = "- { name: base, title: the base, files: [{ from: rootfs/x, to: /x }] }",
    };

    private readonly AssembledImage _image = new("tiny", Descriptor.Of(MediaType.Index, "index"u8), []);

    public AssemblyRecordTests() => Write("one");

    private string RecordPath => Path.Combine(_workshop.Root, AssemblyRecord.FileName);

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task It_reads_back_as_it_was_to_the_second()
    {
        AssemblyRecord record = await KeepAsync();
        Assert.Equal(record, await RequireAsync());
        Assert.Contains("\"startedOn\": \"2026-01-02T03:04:05Z\"", await File.ReadAllTextAsync(RecordPath), StringComparison.Ordinal);
        Assert.Equal(Environment.Version.ToString(), record.Toolchain.Runtime);
        Assert.StartsWith("10.", record.Toolchain.Sdk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_whose_lock_or_definition_or_file_has_changed_is_not_of_it()
    {
        await KeepAsync();
        Write("two");
        Assert.Contains("another definition, lock or file", await ProblemAsync(), StringComparison.Ordinal);
        Write("one");
        await RequireAsync();
        _workshop.More = "# changed";
        Assert.Contains("another definition, lock or file", await ProblemAsync(), StringComparison.Ordinal);
        _workshop.More = "";
        await RequireAsync();
        _workshop.Add(new TinyDeb("more"));
        Assert.Contains("another definition, lock or file", await ProblemAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_record_of_another_image_or_none_or_a_broken_one_is_refused_with_what_to_run()
    {
        Assert.Contains("is missing", await ProblemAsync(), StringComparison.Ordinal);
        AssemblyRecord record = await KeepAsync();
        await (record with { Index = Digest.Of("other"u8) }).WriteAsync(RecordPath, default);
        Assert.Contains("got that of sha256:", await ProblemAsync(), StringComparison.Ordinal);
        string sound = Encoding.UTF8.GetString(record.ToBytes());
        string[] broken =
        [
            "",
            "[]",
            sound + "{}",
            sound.Replace("\"schema\": 1", "\"schema\": 2", StringComparison.Ordinal),
            sound.Replace("03:04:05Z", "noon", StringComparison.Ordinal),
            sound.Replace("\"sdk\"", "\"other\"", StringComparison.Ordinal),
            sound.Replace("\"lock\"", "\"digest\"", StringComparison.Ordinal),
            sound + new string(' ', 70_000),
        ];
        foreach (string text in broken)
        {
            await File.WriteAllTextAsync(RecordPath, text);
            Assert.EndsWith(
                "nothing was signed. Run ./build.sh Assemble Inspect --images tiny",
                await ProblemAsync(),
                StringComparison.Ordinal
            );
        }
    }

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.Combine(_workshop.Folder, "rootfs"));
        File.WriteAllText(Path.Combine(_workshop.Folder, "rootfs", "x"), text);
    }

    private AssemblyRequest Request() => new(_workshop.Definition(), _workshop.Lock, [Platform.LinuxAmd64]);

    private async Task<AssemblyRecord> KeepAsync()
    {
        AssemblyRecord record = new(_image.Index.Digest, AssemblyInput.Of(Request()), Toolchain.Running, Started, Started.AddMinutes(1));
        await record.WriteAsync(RecordPath, default);
        return record;
    }

    private Task<AssemblyRecord> RequireAsync() => AssemblyRecord.RequireAsync(RecordPath, _image, Request(), default);

    private async Task<string> ProblemAsync() => (await Assert.ThrowsAsync<ContentException>(RequireAsync)).Message;
}
