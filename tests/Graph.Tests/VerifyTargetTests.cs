using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The targets Verify and Save as their users run them.</summary>
public sealed class VerifyTargetTests(ITestOutputHelper output)
{
    private const string Release = $"{PublishedTools.Official}:{UpstreamImage.Version}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_verify_in_every_form_without_one_request()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string layout = tools.Repository.At("artifacts", "tools", "layout"),
            archive = tools.Repository.Beside("tools.tar");
        string reference = (await VerifyAsync(tools, "Save", "--reference", Release, "--to", archive)).Require().Output.Trim();
        Assert.Equal($"oci-archive:{archive}:v1.0.0", reference);
        string unpacked = Path.Combine(tools.Repository.Beside("unpacked"), "image");
        Directory.CreateDirectory(unpacked);
        (await new ChildProcess("tar", "-xf", archive, "-C", unpacked).RunAsync()).Require();
        string zipped = archive + ".gz";
        await using (FileStream from = File.OpenRead(archive))
        await using (GZipStream to = new(File.Create(zipped), CompressionLevel.Fastest))
            await from.CopyToAsync(to, Stop);

        // Whoever asks a registry asks one of these two; whoever asks anybody else asks the proxy.
        using TcpListener proxy = new(IPAddress.Loopback, 0);
        proxy.Start();
        foreach (string variable in (string[])["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
            tools.Variables[variable] = $"http://{proxy.LocalEndpoint}";
        tools.At("quay.io").Log.Clear();
        tools.At("docker.io").Log.Clear();
        string digest = (await VerifyAsync(tools, "Verify", "--reference", layout)).Require().Output.Split("sha256:")[1][..64];
        foreach (
            string form in (string[])
                [
                    layout + ":v1.0.0",
                    $"{layout}@sha256:{digest}",
                    $"oci:{layout}",
                    $"oci:{layout}:v1.0.0-amd64",
                    Path.GetRelativePath(tools.Repository.At(), layout),
                    archive,
                    $"oci-archive:{archive}",
                    reference,
                    zipped,
                    unpacked,
                    $"{unpacked}@sha256:{digest}",
                ]
        )
        {
            string[] image = form.EndsWith("-amd64", StringComparison.Ordinal) ? ["--images", "tools"] : [];
            ChildResult result = (await VerifyAsync(tools, ["Verify", "--reference", form, "--deep", .. image])).Require();
            Assert.Contains("verified: sha256:", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("/cache/", result.Output + result.Error, StringComparison.Ordinal);
        }

        string trust = tools.Repository.Beside("elsewhere");
        Directory.Move(tools.Repository.At("artifacts", "tools", "trust"), trust);
        Assert.Contains(
            "signature-missing",
            (await VerifyAsync(tools, "Verify", "--reference", layout)).Require(65).Error,
            StringComparison.Ordinal
        );
        (await VerifyAsync(tools, "Verify", "--reference", layout, "--trust", trust)).Require();

        Assert.Equal((0, 0, false), (tools.At("quay.io").Log.All.Length, tools.At("docker.io").Log.All.Length, proxy.Pending()));
        AssertNothingLeft(tools);
    }

    [Fact]
    public async Task What_is_saved_is_always_the_same_and_only_what_verifies()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string local = tools.Repository.Beside("local.tar"),
            pulled = tools.Repository.Beside("pulled.tar");
        (await VerifyAsync(tools, "Save", "--images", "tools", "--to", local)).Require();
        (await VerifyAsync(tools, "Save", "--reference", $"{PublishedTools.Fallback}:v1.0.0", "--to", pulled)).Require();
        Assert.Equal(await File.ReadAllBytesAsync(local, Stop), await File.ReadAllBytesAsync(pulled, Stop));

        SigningKeys other = SigningKeys.Create(tools.Repository.Beside(), "other");
        string refused = tools.Repository.Beside("refused.tar");
        ChildResult result = (await tools.RunAsync("Save", "--images", "tools", "--to", refused, "--public-key", other.Public)).Require(65);
        Assert.Contains("signed-by-other-key", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(refused));
        (await VerifyAsync(tools, "Save", "--to", refused)).Require(64);
        (await VerifyAsync(tools, "Save", "--images", "tools", "--to", Path.Combine(refused, "nowhere.tar"))).Require(64);
        (await VerifyAsync(tools, "Save", "--images", "tools")).Require(64);
        (await VerifyAsync(tools, "Save", "--reference", PublishedTools.Official, "--to", refused)).Require(64);
    }

    [Fact]
    public async Task A_damaged_archive_is_65_by_the_name_of_what_is_wrong_and_leaves_nothing()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string archive = tools.Repository.Beside("tools.tar");
        (await VerifyAsync(tools, "Save", "--images", "tools", "--to", archive)).Require();
        byte[] sound = await File.ReadAllBytesAsync(archive, Stop);

        await File.WriteAllBytesAsync(archive, sound[..^4000], Stop);
        Assert.Contains(
            "cut short",
            (await VerifyAsync(tools, "Verify", "--reference", archive)).Require(65).Error,
            StringComparison.Ordinal
        );
        int title = sound.AsSpan().IndexOf("\"org.opencontainers.image.title\":\"tools\""u8);
        sound[title - 40] ^= 1;
        await File.WriteAllBytesAsync(archive, sound, Stop);
        ChildResult changed = (await VerifyAsync(tools, "Verify", "--reference", archive, "--images", "tools")).Require(65);
        Assert.Contains($"manifest-unreadable: {archive}/blobs/sha256/", changed.Error, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(archive, [], Stop);
        (await VerifyAsync(tools, "Verify", "--reference", archive)).Require(65);
        AssertNothingLeft(tools);
    }

    [Fact]
    public async Task Every_registry_has_the_same_release_or_the_first_that_has_not_is_named()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        ChildResult all = (await EverywhereAsync(tools)).Require();
        Assert.Contains($"at {PublishedTools.Official} and {PublishedTools.Fallback}, signed by ", all.Output, StringComparison.Ordinal);

        // Another release of the same image, just as well signed, stands under this one's tag on one registry.
        string digest = (await VerifyAsync(tools, "Verify", "--reference", Release, "--json")).Require().Output.Split("sha256:")[1][..64];
        string child = JsonDocument
            .Parse(await GetAsync(tools, "sha256:" + digest))
            .RootElement.GetProperty("manifests")[0]
            .GetProperty("digest")
            .GetString()!;
        await PutAsync(tools, "docker.io", await GetAsync(tools, child), "v1.0.0", "application/vnd.oci.image.manifest.v1+json");
        ChildResult differs = (await EverywhereAsync(tools)).Require(65);
        Assert.Contains(
            $"{PublishedTools.Fallback}: digest-differs-between-registries: {PublishedTools.Official} has "
                + $"sha256:{digest}, {PublishedTools.Fallback} has {child}",
            differs.Error,
            StringComparison.Ordinal
        );
        Assert.Contains($"failed: {PublishedTools.Fallback}: digest-differs-between-registries", differs.Output, StringComparison.Ordinal);

        await tools.DeleteAsync("docker.io", "v1.0.0");
        Assert.Contains(
            $"failed: {PublishedTools.Fallback}: tag-missing",
            (await EverywhereAsync(tools)).Require(65).Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_unreachable_registry_is_75_with_the_verdict_on_the_other_and_65_when_that_failed()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        tools.Faults = (host, _) => host == "quay.io" ? Fault.Answer(503, "0") : null;
        ChildResult down = (await EverywhereAsync(tools)).Require(75);
        Assert.Contains($"unreachable: nothing is known of {PublishedTools.Official}", down.Output, StringComparison.Ordinal);
        // Once with all tries is enough.
        string[] soon = ["--request-timeout", "3s"];
        JsonElement json = (await EverywhereAsync(tools, ["--json", .. soon])).Require(75).Json("verify");
        Assert.Equal("unreachable", json.GetProperty("verdict").GetString());
        Assert.Equal([false, true], json.GetProperty("places").EnumerateArray().Select(place => place.GetProperty("passed").GetBoolean()));
        Assert.Contains("503", json.GetProperty("places")[0].GetProperty("unreachable").GetString(), StringComparison.Ordinal);
        (await VerifyAsync(tools, ["Verify", "--reference", Release, .. soon])).Require(75);

        await tools.DeleteAsync("docker.io", "v1.0.0");
        ChildResult both = (await EverywhereAsync(tools, soon)).Require(65);
        Assert.Contains(
            $"failed: {PublishedTools.Fallback}: tag-missing; nothing is known of {PublishedTools.Official}",
            both.Output,
            StringComparison.Ordinal
        );
        tools.Faults = (host, _) => host == "quay.io" ? Fault.Answer(403) : null;
        (await VerifyAsync(tools, "Verify", "--reference", Release)).Require(77);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_verification_asks_for_each_thing_once_and_for_nothing_else(bool hasReferrersApi)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(
            (_, options) => options with { HasReferrers = hasReferrersApi }
        );
        tools.At("quay.io").Log.Clear();
        (await VerifyAsync(tools, "Verify", "--reference", Release)).Require();
        string[] asked =
        [
            .. tools
                .At("quay.io")
                .Log.All.Select(entry => entry.Request)
                .Where(request => request.Path.Contains("/tools/", StringComparison.Ordinal))
                .Select(request => $"{request.Method} {request.Path}"),
        ];
        Assert.Equal(asked.Distinct(), asked);
        Assert.All(asked, request => Assert.StartsWith("GET ", request, StringComparison.Ordinal));

        // Descriptors that are followed: the tag's and what it names (index, manifest, configuration), and of each of the two
        // subjects three referrers with their bundles, of which the provenance is one for both. Signatures: those three of each
        // subject. So there is room for each subject's list of referrers, and for a tag in its place; credentials are not counted.
        const int Descriptors = 3 + (2 * 3) + (2 + 2 + 1),
            Signatures = 2 * 3;
        output.WriteLine($"{asked.Length} requests; wanted at most {Descriptors + Signatures}");
        Assert.Equal(Descriptors + (hasReferrersApi ? 2 : 4), asked.Length);
        Assert.InRange(asked.Length, 1, Descriptors + Signatures);
    }

    [Fact]
    public async Task A_forged_list_of_referrers_is_believed_in_nothing()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync((_, options) => options with { HasReferrers = false });
        string index = (await VerifyAsync(tools, "Verify", "--reference", Release, "--json")).Require().Output.Split("sha256:")[1][..64];
        string child = JsonDocument
            .Parse(await GetAsync(tools, "sha256:" + index))
            .RootElement.GetProperty("manifests")[0]
            .GetProperty("digest")
            .GetString()![7..];
        foreach (string tag in (string[])[$"sha256-{index}.sig", $"sha256-{index}.att", $"sha256-{child}.sig", $"sha256-{child}.att"])
            await tools.DeleteAsync("quay.io", tag);
        (await VerifyAsync(tools, "Verify", "--reference", Release, "--deep")).Require();

        byte[] list = await GetAsync(tools, $"sha256-{index}"),
            childList = await GetAsync(tools, $"sha256-{child}");
        string[] entries =
        [
            .. JsonDocument.Parse(list).RootElement.GetProperty("manifests").EnumerateArray().Select(entry => entry.GetRawText()),
        ];
        string others = string.Join(',', entries.Where(entry => !entry.Contains("/sign/v1", StringComparison.Ordinal)));
        foreach (
            (byte[] forged, string reason) in (IEnumerable<(byte[], string)>)
                [
                    (
                        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}"u8.ToArray(),
                        "signature-missing"
                    ),
                    (
                        Encoding.UTF8.GetBytes(
                            $"{{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{others}]}}"
                        ),
                        "signature-missing"
                    ),
                    (childList, "signature-unreadable"),
                ]
        )
        {
            await PutAsync(tools, "quay.io", forged, $"sha256-{index}", "application/vnd.oci.image.index.v1+json");
            Assert.Contains(
                $"{PublishedTools.Official}: {reason}",
                (await VerifyAsync(tools, "Verify", "--reference", Release)).Require(65).Error,
                StringComparison.Ordinal
            );
            await PutAsync(tools, "quay.io", list, $"sha256-{index}", "application/vnd.oci.image.index.v1+json");
        }

        await PutAsync(
            tools,
            "quay.io",
            await GetAsync(tools, "sha256:" + child),
            $"sha256-{index}",
            "application/vnd.oci.image.manifest.v1+json"
        );
        Assert.Contains(
            "signature-missing",
            (await VerifyAsync(tools, "Verify", "--reference", Release)).Require(65).Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_large_archive_is_read_in_little_memory()
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync();
        string archive = tools.Repository.Beside("large.tar");
        (await VerifyAsync(tools, "Save", "--images", "tools", "--to", archive)).Require();
        await AppendAsync(archive, 400 << 20);
        SlipwayCommand slipway = tools.Repository.Slipway with { Cache = tools.Repository.Beside("cache"), MeasuresMemory = true };
        string[] verify = ["Verify", "--public-key", tools.Repository.Key.Public, "--reference"];
        ChildResult large = (await slipway.RunAsync([.. verify, archive])).Require();
        Assert.InRange(large.PeakResident, 1, 200_000_000);
        output.WriteLine($"a 400 MiB archive: {large.Duration.TotalSeconds:0.0} s, {large.PeakResident / 1e6:0} MB");
    }

    [Theory]
    [InlineData("is not the repository of an image", "--reference", "quay.io/other/image:v1.0.0", "--all-registries")]
    [InlineData("--all-registries: wanted --reference", "--all-registries")]
    [InlineData("--all-registries: wanted --reference", "--all-registries", "--reference", "artifacts/tools/layout")]
    [InlineData("--trust: wanted a local --reference", "--trust", ".", "--reference", "quay.io/slipway-tests/tools:v1.0.0")]
    [InlineData("folder not found", "--reference", "oci:nowhere")]
    [InlineData("file not found", "--reference", "oci-archive:artifacts")]
    [InlineData("folder or file not found", "--reference", "./nowhere.tar")]
    [InlineData("it must begin with a registry host", "--reference", "nowhere.tar")]
    [InlineData("wanted one, or its tag behind a colon: v1.0.0-amd64, v2", "--reference", "oci:artifacts/tools/layout")]
    [InlineData("it has no such tag and does not say which image it is", "--reference", "oci:artifacts/tools/layout:v3")]
    public async Task What_is_typed_wrong_is_64(string because, params string[] arguments)
    {
        await using PublishedTools tools = await PublishedTools.CreateAsync(published: false);
        tools.Repository.Write("artifacts/tools/layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        tools.Repository.Write(
            "artifacts/tools/layout/index.json",
            """{"schemaVersion":2,"manifests":[A:v1.0.0-amd64,B:v2]}"""
                .Replace("A:v1.0.0-amd64", Entry("1", "v1.0.0-amd64"), StringComparison.Ordinal)
                .Replace("B:v2", Entry("2", "v2"), StringComparison.Ordinal)
        );
        Assert.Contains(because, (await VerifyAsync(tools, ["Verify", .. arguments])).Require(64).Error, StringComparison.Ordinal);
    }

    private static string Entry(string digit, string tag) =>
        $$$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{{string.Concat(Enumerable.Repeat(digit, 64))}}}","size":2,"annotations":{"org.opencontainers.image.ref.name":"{{{tag}}}"}}""";

    private static Task<ChildResult> EverywhereAsync(PublishedTools tools, params string[] more) =>
        VerifyAsync(tools, ["Verify", "--reference", Release, "--all-registries", .. more]);

    private static Task<ChildResult> VerifyAsync(PublishedTools tools, params string[] arguments) =>
        tools.RunAsync([.. arguments, "--public-key", tools.Repository.Key.Public]);

    private static void AssertNothingLeft(PublishedTools tools)
    {
        string archives = Path.Combine(tools.Repository.Beside("cache"), "archives");
        Assert.True(!Directory.Exists(archives) || !Directory.EnumerateFileSystemEntries(archives).Any());
    }

    private static async Task<byte[]> GetAsync(PublishedTools tools, string name)
    {
        using HttpClient client = new();
        return await client.GetByteArrayAsync(new Uri(tools.At("quay.io").Address, $"/v2/slipway-tests/tools/manifests/{name}"), Stop);
    }

    /// <summary>Puts one more blob into an archive, of so many nulls, which take no room on the disk.</summary>
    private static async Task AppendAsync(string archive, long size)
    {
        UstarTarEntry blob = new(TarEntryType.RegularFile, "blobs/sha256/" + new string('a', 64));
        await using FileStream file = File.Open(archive, FileMode.Open);
        file.SetLength(file.Length - 1024);
        file.Position = file.Length;
        await using TarWriter tar = new(file);
        string sparse = archive + ".blob";
        await using (FileStream nulls = File.Create(sparse))
            nulls.SetLength(size);
        blob.DataStream = File.OpenRead(sparse);
        await using (blob.DataStream)
            await tar.WriteEntryAsync(blob, Stop);
    }

    private static async Task PutAsync(PublishedTools tools, string host, byte[] manifest, string tag, string type)
    {
        using HttpClient client = new();
        using ByteArrayContent content = new(manifest);
        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(type);
        string repository = host == "quay.io" ? "slipway-tests/tools" : "slipwaytests/tools";
        (
            await client.PutAsync(new Uri(tools.At(host).Address, $"/v2/{repository}/manifests/{tag}"), content, Stop)
        ).EnsureSuccessStatusCode();
    }
}
