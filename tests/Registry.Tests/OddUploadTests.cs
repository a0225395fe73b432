using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Registry.Tests;

/// <summary>
/// One layer of 17 MB to registries that behave as real ones do, all the time, and one interruption of it: it arrives. Asking how much is
/// there is a means of recovery: whatever it is answered, that is never why an upload fails.
/// </summary>
public class OddUploadTests
{
    private const int Size = (2 * 8 * 1024 * 1024) + 1_000_003;

    private static readonly byte[] Content = NewContent();
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    private static readonly (string Method, int Which, Fault Fault)[] Interruptions =
    [
        ("PATCH", 1, Fault.Reset), ("PATCH", 1, Fault.LostAnswer), ("PATCH", 1, Fault.Cut(654_321)), ("PATCH", 1, Fault.ChunkRefused),
        ("PATCH", 2, Fault.Reset), ("PATCH", 2, Fault.LostAnswer), ("PATCH", 2, Fault.Cut(654_321)), ("PATCH", 2, Fault.ChunkRefused),
        ("PUT", 1, Fault.Reset), ("PUT", 1, Fault.LostAnswer), ("PUT", 1, Fault.Cut(654_321)), ("PUT", 1, Fault.ChunkRefused),
        ("PATCH", 2, Fault.Answer(503)), ("POST", 1, Fault.Reset), ("GET", 1, Fault.Reset),
    ];

    public static TheoryData<string> Odd =>
    [
        .. Oddities.All.Where(odd => ((string[])["GET", "PATCH", "PUT", "POST"]).Any(method => odd.Fault.AppliesTo(new RehearsalRequest(1, method, "/v2/a/b/blobs/uploads/x", false)))).Select(odd => odd.Name),
    ];

    [Theory]
    [MemberData(nameof(Odd))]
    public async Task A_layer_arrives_whatever_is_interrupted(string name)
    {
        Fault odd = Oddities.All.Single(each => each.Name == name).Fault;
        Assert.Equal(15, Interruptions.Length);
        foreach ((string method, int which, Fault fault) in Interruptions)
        {
            int count = 0;
            bool IsIt(RehearsalRequest request) => request.Method == method && request.Path.Contains("/uploads/", StringComparison.Ordinal)
                && Interlocked.Increment(ref count) == which;
            await using Wire wire = await Wire.StartAsync(with: options => options with { Faults = request => IsIt(request) ? fault.And(odd) : odd });
            bool sent = await wire.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default);
            string what = $"{name}, {method} {which} {fault}: {string.Join(", ", wire.Registry.Log.All)}";
            Assert.True(sent, what);
            Assert.True(wire.Registry.OpenUploads == 0, what);
            Assert.True(wire.Registry.Log.All.Length < 30, what);
            Assert.True(await wire.Repository().HasBlobAsync(Blob, default), what);
        }
    }

    [Theory]
    [InlineData("PATCH", 2)]
    [InlineData("PUT", 1)]
    public async Task After_a_reset_Quay_is_sent_what_is_missing_and_no_more(string method, int which)
    {
        Fault quay = Oddities.All.Single(each => each.Name == "upload status without location, one too high").Fault;
        int count = 0;
        await using Wire wire = await Wire.StartAsync(with: options => options with
        {
            Faults = request => request.Method == method && request.Path.Contains("/uploads/", StringComparison.Ordinal) && ++count == which ? Fault.Reset : quay,
        });
        Assert.True(await wire.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal((1, 1), (wire.Count("POST", "/uploads/"), wire.Count("GET", "/uploads/")));
        Assert.Equal(Size, wire.Registry.Log.All.Where(entry => entry.Status is 201 or 202).Sum(entry => entry.BodyBytes));
    }

    [Fact]
    public async Task A_registry_that_never_knows_and_is_always_cut_ends_the_upload_with_a_word_to_try_again()
    {
        Fault unknown = Oddities.All.Single(each => each.Name == "upload status 404").Fault;
        int patches = 0;
        await using Wire wire = await Wire.StartAsync(with: options => options with
        {
            Faults = request => request.Method == "PATCH" && ++patches % 2 == 0 ? Fault.Reset : unknown,
        });
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(
            () => wire.Repository().PushBlobAsync(Blob, () => new MemoryStream(Content, writable: false), default));
        Assert.Equal(Http.RemoteFault.TryAgain, e.Fault);
        Assert.Contains("its state is answered with 404", e.Message, StringComparison.Ordinal);
        Assert.Equal(0, wire.Registry.OpenUploads);
    }

    private static byte[] NewContent()
    {
        byte[] content = new byte[Size];
        new Random(7).NextBytes(content);
        return content;
    }
}
