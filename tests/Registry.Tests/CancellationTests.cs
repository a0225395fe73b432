using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

/// <summary>Stopping at any request leaves nothing open, and what is there is used by the next run.</summary>
public class CancellationTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 400_000).Select(i => (byte)(i * 13 % 241))];
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);
    private static readonly ManifestContent Image = new(MediaType.Manifest, new Manifest(Blob, []).ToBytes());

    [Fact]
    public async Task A_push_that_is_stopped_at_any_request_leaves_no_session_and_is_finished_by_the_next()
    {
        int requests = await CountAsync();
        Assert.InRange(requests, 5, 20);
        for (int at = 1; at <= requests; at++)
        {
            using CancellationTokenSource cancellationToken = new();
            int seen = 0;
            await using Wire wire = await Wire.StartAsync(RehearsalAuthentication.Token, options => options.WithFaults(_ =>
                {
                    if (Interlocked.Increment(ref seen) == at)
                        cancellationToken.Cancel();
                    return null;
                }));
            try
            {
                await PushAsync(wire, cancellationToken.Token);
            }
            catch (OperationCanceledException)
            {
                // The last request may well be answered before it is stopped.
            }

            await PushAsync(wire, TestContext.Current.CancellationToken);
            Assert.Equal(Image.Descriptor, await wire.Repository().ResolveAsync("v1", default));
            Assert.True(wire.Registry.OpenUploads <= 1, $"stopped at {at}: {wire.Registry.OpenUploads} sessions are open");
        }
    }

    [Fact]
    public async Task Pulls_that_are_stopped_or_left_hold_no_connection()
    {
        await using Wire wire = await Wire.StartAsync();
        await PushAsync(wire, default);
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(TimeSpan.FromMinutes(1));
        // More than the connections that one host is allowed: a leaked one would be missed.
        for (int i = 0; i < 40; i++)
        {
            using CancellationTokenSource cancellationToken = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
            await using Stream blob = (await wire.Repository().OpenBlobAsync(Blob, cancellationToken.Token))!;
            await blob.ReadExactlyAsync(new byte[10], bound.Token);
            if (i % 2 == 0)
            {
                await cancellationToken.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blob.CopyToAsync(Stream.Null, cancellationToken.Token));
            }
        }

        Assert.NotNull(await wire.Repository().ResolveAsync("v1", bound.Token));
    }

    private static async Task<int> CountAsync()
    {
        await using Wire wire = await Wire.StartAsync(RehearsalAuthentication.Token);
        await PushAsync(wire, default);
        return wire.Registry.Log.All.Length;
    }

    private static async Task PushAsync(Wire wire, CancellationToken cancellationToken)
    {
        Repository repository = wire.Repository();
        await repository.PushBlobAsync(Blob, () => new MemoryStream(Content), cancellationToken);
        await repository.PushManifestAsync(Image, "v1", cancellationToken);
    }
}
