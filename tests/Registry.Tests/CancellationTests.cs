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
            await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token, options => options.WithFaults(
                    _ =>
                    {
                        if (Interlocked.Increment(ref seen) == at)
                            cancellationToken.Cancel();
                        return null;
                    }
                ));
            try
            {
                await PushAsync(fixture, cancellationToken.Token);
            }
            catch (OperationCanceledException)
            {
                // The last request may well be answered before it is stopped.
            }

            await PushAsync(fixture, TestContext.Current.CancellationToken);
            Assert.Equal(Image.Descriptor, await fixture.Repository().ResolveAsync("v1", default));
            Assert.True(fixture.Registry.OpenUploads <= 1, $"stopped at {at}: {fixture.Registry.OpenUploads} sessions are open");
        }
    }

    [Fact]
    public async Task Pulls_that_are_stopped_or_left_hold_no_connection()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync();
        await PushAsync(fixture, default);
        using CancellationTokenSource bound = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        bound.CancelAfter(TimeSpan.FromMinutes(1));
        // More than the connections that one host is allowed: a leaked one would be missed.
        for (int i = 0; i < 40; i++)
        {
            using CancellationTokenSource cancellationToken = CancellationTokenSource.CreateLinkedTokenSource(bound.Token);
            await using Stream blob = (await fixture.Repository().OpenBlobAsync(Blob, cancellationToken.Token))!;
            await blob.ReadExactlyAsync(new byte[10], bound.Token);
            if (i % 2 == 0)
            {
                await cancellationToken.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => blob.CopyToAsync(Stream.Null, cancellationToken.Token));
            }
        }

        Assert.NotNull(await fixture.Repository().ResolveAsync("v1", bound.Token));
    }

    private static async Task<int> CountAsync()
    {
        await using ClientFixture fixture = await ClientFixture.StartAsync(RehearsalAuthentication.Token);
        await PushAsync(fixture, default);
        return fixture.Registry.Log.All.Length;
    }

    private static async Task PushAsync(ClientFixture fixture, CancellationToken cancellationToken)
    {
        Repository repository = fixture.Repository();
        await repository.PushBlobAsync(Blob, () => new MemoryStream(Content), cancellationToken);
        await repository.PushManifestAsync(Image, "v1", cancellationToken);
    }
}
