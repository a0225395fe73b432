using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>
/// A signer that fails at each of its calls in turn: signing fails, publishing what is there refuses, no release tag is anywhere, and
/// running both again converges.
/// </summary>
public sealed class FailingSignerTests
{
    [Fact]
    public async Task With_the_signer_failing_at_any_call_no_release_tag_exists_anywhere()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        int calls = 0;
        for (bool failed = true; failed; calls++)
        {
            // Nothing is signed yet, or what was signed is about an older image.
            await fixture.BeginAnewAsync(calls);
            await fixture.AssembleAsync($"release {calls}", signed: false);
            if (calls % 2 == 0)
                fixture.Store.Layout.WriteIndex(new Oci.Index([]));
            FailingSigner signer = new(fixture.Signer, calls);
            failed = await FailsAsync(() => SignAsync(fixture, signer));
            if (!failed)
                break;
            Assert.Equal(calls + 1, signer.Calls);
            fixture.Forget();
            await Assert.ThrowsAnyAsync<Exception>(() => fixture.PublishAsync());
            Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
            foreach (Repository site in fixture.Sites())
                Assert.Empty(await site.TagsAsync(default) ?? []);

            await SignAsync(fixture, new FailingSigner(fixture.Signer, int.MaxValue));
            await fixture.AssertPublishedAsync((await fixture.PublishAsync()).Plan);
        }

        // A claim and a statement that it is signed for each of three manifests, a document for each, and one about all.
        Assert.Equal((3 * 3) + 1, calls);
    }

    [Fact]
    public async Task A_signer_that_signs_something_else_or_with_another_key_is_not_believed()
    {
        await using SignedReleaseFixture fixture = await SignedReleaseFixture.CreateAsync();
        using KeySigner other = KeySigner.CreateThrowAway();
        foreach (
            Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> sign in (Func<
                ReadOnlyMemory<byte>,
                CancellationToken,
                Task<byte[]>
            >[])
                [
                    other.SignAsync,
                    (_, stop) => fixture.Signer.SignAsync("other"u8.ToArray(), stop),
                    (_, _) => Task.FromResult<byte[]>([]),
                    (_, _) => Task.FromResult(new byte[64]),
                ]
        )
        {
            fixture.Store.Layout.WriteIndex(new Oci.Index([]));
            await Assert.ThrowsAnyAsync<Exception>(() => SignAsync(fixture, new OtherSigner(fixture.Signer.Key, sign)));
            fixture.Forget();
            await Assert.ThrowsAnyAsync<Exception>(() => fixture.PublishAsync());
            Assert.DoesNotContain(fixture.Requests, seen => seen.Writes);
        }
    }

    private static async Task SignAsync(SignedReleaseFixture fixture, ISigner signer)
    {
        SignedImage image = new(fixture.Layout, fixture.Index.Digest, fixture.Official);
        ImmutableArray<Digest> all = [.. (await image.SubjectsAsync(default)).Select(subject => subject.Descriptor.Digest)];
        WantedStatement[] statements =
        [
            .. all.Select(digest => new WantedStatement(
                [digest],
                Statement.SpdxType,
                System.Text.Encoding.UTF8.GetBytes($"{{\"about\":\"{digest}\"}}")
            )),
            new WantedStatement(all, Statement.ProvenanceType, "{}"u8.ToArray()),
        ];
        await fixture.Store.SignAsync(image, statements, signer, default);
    }

    private static async Task<bool> FailsAsync(Func<Task> sign)
    {
        try
        {
            await sign();
            return false;
        }
        catch (RemoteException)
        {
            return true;
        }
    }

    /// <summary>Signs as another, until one call fails.</summary>
    private sealed class FailingSigner(KeyedSigner inner, int failing) : KeyedSigner
    {
        public int Calls { get; private set; }

        public override VerificationKey Key => inner.Key;

        public override Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            Calls++ == failing
                ? throw new RemoteException(RemoteFault.TryAgain, "the key management service is down")
                : inner.SignAsync(content, cancellationToken);
    }

    private sealed class OtherSigner(VerificationKey key, Func<ReadOnlyMemory<byte>, CancellationToken, Task<byte[]>> sign) : KeyedSigner
    {
        public override VerificationKey Key => key;

        public override Task<byte[]> SignAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            sign(content, cancellationToken);
    }
}
