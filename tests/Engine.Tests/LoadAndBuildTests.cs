using System.Formats.Tar;
using System.Text;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>What is sent to an Engine as an image or a context, and what its answers to that mean.</summary>
public sealed class LoadAndBuildTests : IDisposable
{
    private static readonly Reference Name = Reference.Parse("quay.io/some/image:v1");

    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_archive_is_a_layout_and_what_older_engines_read()
    {
        EngineArchive archive = await ArchiveAsync();
        using MemoryStream bytes = new();
        await archive.WriteAsync(bytes, Stop);
        bytes.Position = 0;
        Dictionary<string, byte[]> files = [];
        await using (TarReader tar = new(bytes))
        {
            while (await tar.GetNextEntryAsync(copyData: true, Stop) is { } entry)
            {
                using MemoryStream content = new();
                await entry.DataStream!.CopyToAsync(content, Stop);
                files.Add(entry.Name, content.ToArray());
            }
        }

        string config = archive.Manifest.Config.Digest.Hex,
            layer = archive.Manifest.Layers[0].Digest.Hex;
        Assert.Equal(
            $$"""[{"Config":"blobs/sha256/{{config}}","RepoTags":["quay.io/some/image:v1"],"Layers":["blobs/sha256/{{layer}}"]}]""",
            Encoding.UTF8.GetString(files["manifest.json"])
        );
        Descriptor entryOfIndex = Oci.Index.Parse(files["index.json"]).Manifests.Single();
        Assert.Equal(
            (archive.Descriptor.Digest, "quay.io/some/image:v1"),
            (entryOfIndex.Digest, entryOfIndex.Annotations["io.containerd.image.name"])
        );
        Assert.Equal(6, files.Count);
        Assert.All(files.Where(file => file.Key.StartsWith("blobs/", StringComparison.Ordinal)), file =>
            Assert.Equal(file.Key.Split('/')[^1], Digest.Of(file.Value).Hex)
        );
    }

    [Fact]
    public async Task A_loaded_image_is_proven_to_be_ours()
    {
        EngineArchive archive = await ArchiveAsync();
        string id = archive.Manifest.Config.Digest.ToString();
        await using FakeEngine fake = new(request => LoadAsync(request, id));
        using EngineClient client = await fake.ConnectAsync();
        Assert.Equal(id, (await client.LoadAsync(archive, Stop)).Id);
        id = "sha256:" + new string('0', 64);
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.LoadAsync(archive, Stop));
        Assert.Contains($"has {id} there instead of", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_blob_is_wrong_data_and_no_fault_of_the_engine()
    {
        EngineArchive archive = await ArchiveAsync();
        string blob = _folder.At("layout", "blobs", "sha256", archive.Manifest.Layers[0].Digest.Hex);
        byte[] bytes = await File.ReadAllBytesAsync(blob, Stop);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(blob, bytes, Stop);
        await using FakeEngine fake = new(request => LoadAsync(request, "x"));
        using EngineClient client = await fake.ConnectAsync();
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => client.LoadAsync(archive, Stop));
        Assert.Contains("sha256 wanted", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        """{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}""",
        RemoteFault.Protocol,
        "no space left on device"
    )]
    [InlineData("""{"stream":"Loaded image: x\n"}{""", RemoteFault.Protocol, "a message")]
    [InlineData(null, RemoteFault.TryAgain, "the connection to the Engine broke")]
    public async Task A_load_that_fails_says_why_and_takes_its_passing_name_back(string? answer, RemoteFault fault, string why)
    {
        EngineArchive archive = await ArchiveAsync();
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/images/load") && answer is null)
                request.Cut();
            else
                await LoadAsync(request, "x", answer);
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() =>
            client.LoadPassingAsync(OciLayout.Open(_folder.At("layout")), archive.Descriptor, TimeSpan.FromMinutes(1), Stop)
        );
        Assert.Equal(fault, e.Fault);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("DELETE /v1.41/images/slipway.invalid/passing%3A", fake.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_and_output_of_a_build_are_told_and_parameters_arrive()
    {
        string query = "",
            trace = Convert.ToBase64String([
                .. DecoderTests.Bytes(
                    1,
                    [.. DecoderTests.Text(1, "a"), .. DecoderTests.Text(3, "[1/2] RUN make"), .. DecoderTests.Text(5, "")]
                ),
                .. DecoderTests.Bytes(3, [.. DecoderTests.Text(1, "a"), .. DecoderTests.Text(4, "one\ntwo\tthree\nunfin")]),
            ]);
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", "/build"))
                return;
            query = Uri.UnescapeDataString(request.Path);
            await request.BodyAsync();
            await request.JsonAsync(
                200,
                $$"""{"id":"moby.buildkit.trace","aux":"{{trace}}"}{{"\n"}}{"id":"moby.image.id","aux":"sha256:{{new string('2', 64)}}"}"""
            );
        });
        using EngineClient client = await fake.ConnectAsync();
        List<string> told = [];
        string id = await client.BuildAsync(
            new BuildRequest
            {
                Context =
                [
                    LayerEntry.Directory("other", "test"),
                    LayerEntry.SymbolicLink("other/link", "Dockerfile", "test"),
                    LayerEntry.File("other/Dockerfile", "FROM x"u8.ToArray(), "test"),
                ],
                Dockerfile = "other/Dockerfile",
                Arguments = Descriptor.NoAnnotations.Add("VERSION", "a&b=\"c\""),
                Names = [Name],
                Platform = Platform.LinuxArm64,
                Target = "final",
            },
            told.Add,
            Stop
        );
        Assert.Equal("sha256:" + new string('2', 64), id);
        Assert.Equal(["#1 [1/2] RUN make", "#1 one", "#1 two three"], told);
        Assert.Contains(
            """dockerfile=other/Dockerfile&platform=linux/arm64&networkmode=none&buildargs={"VERSION":"a&b=\"c\""}""",
            query,
            StringComparison.Ordinal
        );
        Assert.Matches("&t=quay.io/some/image:v1&target=final&version=2&buildid=slipway-", query);
    }

    [Fact]
    public async Task A_build_for_a_moment_has_a_name_of_ours_and_is_removed()
    {
        string query = "";
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", "/build"))
                return;
            query = Uri.UnescapeDataString(request.Path);
            await request.BodyAsync();
            await request.JsonAsync(200, $$"""{"id":"moby.image.id","aux":"sha256:{{new string('2', 64)}}"}""");
        });
        using EngineClient client = await fake.ConnectAsync();
        string name;
        await using (TemporaryImage image = await client.BuildPassingAsync(Small, TimeSpan.FromHours(1), _ => { }, Stop))
            name = image.Name;
        Assert.Contains($"&t={name}", query, StringComparison.Ordinal);
        Assert.StartsWith("slipway.invalid/passing:", name, StringComparison.Ordinal);
        Assert.StartsWith("DELETE /v1.41/images/slipway.invalid/passing%3A", fake.Requests.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exported_image_comes_as_it_is_sent_and_one_that_is_not_there_is_told()
    {
        bool isThere = true;
        string query = "";
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("GET", "/get"))
                return;
            query = request.Path.Split('?')[1];
            await (isThere ? request.JsonAsync(200, "some archive") : request.JsonAsync(404, """{"message":"no such image"}"""));
        });
        using EngineClient client = await fake.ConnectAsync();
        using MemoryStream archive = new();
        await client.ExportAsync("some/image:v1", archive, Stop);
        Assert.Equal("some archive", Encoding.UTF8.GetString(archive.ToArray()));
        Assert.Equal(("GET /v1.41/images/get", "names=some%2Fimage%3Av1"), (fake.Requests.Last(), query));
        isThere = false;
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.ExportAsync("x", Stream.Null, Stop));
        Assert.Contains("404 no such image", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_long_error_the_end_is_told_which_holds_the_cause()
    {
        await using FakeEngine fake = new(request =>
            request.JsonAsync(500, $$"""{"message":"failed to start: {{new string('x', 5000)}}: no such file"}""")
        );
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => fake.ConnectAsync());
        Assert.Matches("500 failed to start: x+ … x+: no such file", e.Message);
        Assert.InRange(e.Message.Length, 400, 800);
    }

    [Theory]
    [InlineData(
        """{"errorDetail":{"code":7,"message":"executor failed running [/bin/sh -c false]: exit code: 7"},"error":"x"}""",
        "exit code: 7"
    )]
    [InlineData("", "without an image")]
    [InlineData("""{"id":"moby.buildkit.trace","aux":"%%%"}""", "wanted a text of base64")]
    [InlineData("""{"id":"moby.buildkit.trace","aux":"Cv8="}""", "protobuf")]
    [InlineData("""{"id":"moby.image.id","aux":{"ID":"latest"}}""", "latest")]
    public async Task A_build_without_an_image_in_the_end_is_a_failure(string answer, string why)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", "/build"))
                return;
            await request.BodyAsync();
            await request.JsonAsync(200, answer);
        });
        using EngineClient client = await fake.ConnectAsync();
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => client.BuildAsync(Small, _ => { }, Stop));
        Assert.True(e.IsResponse);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_build_is_told_to_end_by_its_own_id()
    {
        using CancellationTokenSource cancel = new();
        string built = "",
            cancelled = "";
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/build/cancel"))
            {
                cancelled = request.Path.Split("id=")[1];
                await request.RawAsync("HTTP/1.1 204 No Content\r\n\r\n");
            }
            else if (request.Is("POST", "/build"))
            {
                built = request.Path.Split("buildid=")[1];
                await request.BodyAsync();
                await request.BeginAsync();
                cancel.CancelAfter(50);
                await Task.Delay(Timeout.Infinite, request.Stop);
            }
        });
        using EngineClient client = await fake.ConnectAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.BuildAsync(Small, _ => { }, cancel.Token));
        Assert.NotEmpty(built);
        Assert.Equal(built, cancelled);
    }

    [Fact]
    public async Task A_file_that_shrinks_while_it_is_sent_is_wrong_data()
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/build"))
                await request.BodyAsync();
        });
        using EngineClient client = await fake.ConnectAsync();
        LayerEntry shrunk = LayerEntry.File("Dockerfile", "FROM x"u8.ToArray(), "test") with { Size = 100 };
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            client.BuildAsync(new BuildRequest { Context = [shrunk], Platform = Platform.LinuxAmd64 }, _ => { }, Stop)
        );
        Assert.Contains("Dockerfile: wanted 100 bytes, got 6", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_gone_when_it_is_to_be_sent_is_no_fault_of_the_engine()
    {
        await using FakeEngine fake = new(async request =>
        {
            if (request.Is("POST", "/build"))
                await request.BodyAsync();
        });
        using EngineClient client = await fake.ConnectAsync();
        LayerEntry gone = LayerEntry.File("Dockerfile", [1], "test") with { Open = () => File.OpenRead(_folder.At("gone")) };
        await Assert.ThrowsAsync<FileNotFoundException>(() =>
            client.BuildAsync(new BuildRequest { Context = [gone], Platform = Platform.LinuxAmd64 }, _ => { }, Stop)
        );
    }

    [Fact]
    public void A_context_keeps_links_and_modes_and_follows_nothing()
    {
        string context = _folder.Folder("linked");
        _folder.Write("linked/b/script", "x");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.At("linked", "b", "script"), (UnixFileMode)0x1ED);
        File.CreateSymbolicLink(Path.Combine(context, "a"), "/etc");
        Assert.Equal(
            ["SymbolicLink a /etc", "Directory b ", "File b/script "],
            BuildContext.OfFolder(context).Select(entry => $"{entry.Kind} {entry.Path} {entry.LinkTarget}")
        );
        Assert.Equal(0x1ED, BuildContext.OfFolder(context).Last().Mode);
        Assert.Throws<ContentException>(() => BuildContext.OfFolder(_folder.At("nothing")).ToList());
    }

    public void Dispose() => _folder.Dispose();

    private static BuildRequest Small =>
        new() { Context = [LayerEntry.File("Dockerfile", "FROM scratch"u8.ToArray(), "test")], Platform = Platform.LinuxAmd64 };

    private static async Task LoadAsync(FakeRequest request, string id, string? answer = """{"stream":"Loaded image: x\n"}""")
    {
        if (request.Is("POST", "/images/load"))
        {
            await request.BodyAsync();
            await request.JsonAsync(200, answer!);
        }
        else if (request.Method == "DELETE")
        {
            await request.JsonAsync(200, "[]");
        }
        else if (request.Is("GET", "/json"))
        {
            await request.JsonAsync(200, $$"""{"Id":"{{id}}","Os":"linux","Architecture":"amd64","RepoTags":["x"]}""");
        }
    }

    private async Task<EngineArchive> ArchiveAsync()
    {
        OciLayout layout = OciLayout.Create(_folder.At("layout"));
        using MemoryStream blob = new();
        Layer layer = LayerWriter.Write("a layer", [LayerEntry.File("hello", "hello"u8.ToArray(), "test")], blob, Stop);
        await layout.AddBlobAsync(layer.Blob.MediaType, blob.ToArray(), Stop);
        ImageConfig config = new()
        {
            Platform = Platform.LinuxAmd64,
            Created = DateTimeOffset.UnixEpoch,
            DiffIds = [layer.DiffId],
            History = ["x"],
        };
        Manifest manifest = new(await layout.AddBlobAsync(MediaType.Config, config.ToBytes(), Stop), [layer.Blob]);
        Descriptor descriptor = await layout.AddManifestAsync(new ManifestContent(MediaType.Manifest, manifest.ToBytes()), Stop);
        return await EngineArchive.OfAsync(layout, descriptor with { Platform = Platform.LinuxAmd64 }, [Name], Stop);
    }
}
