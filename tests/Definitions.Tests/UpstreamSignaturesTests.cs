using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Definitions.Tests;

/// <summary>What a lock says of upstream's signatures, and what it refuses.</summary>
public sealed class UpstreamSignaturesTests : UpstreamSignatureCases
{
    [Fact]
    public async Task What_the_log_vouches_for_is_verified()
    {
        LockedSignature? signature = await JudgeAsync();
        Assert.Equal(new LockedSignature(SignatureState.Verified, LockedSignature.ByLog, new UpstreamSigner(Identity, Issuer)), signature);
        Assert.Equal($"tiny: tool v9: signature verified (by transparency-log), wanted {Identity} of {Issuer}", Assert.Single(_told));
        Assert.Equal(1, _log.Requests);
    }

    [Fact]
    public async Task What_no_log_was_asked_about_is_unverified_and_the_line_says_what_is_not_proven()
    {
        _log.Answer = LogResponse.NotAsked("no network");
        LockedSignature? signature = await JudgeAsync();
        Assert.Equal(new LockedSignature(SignatureState.UnverifiedNoLog, "certificate", new UpstreamSigner(Identity, Issuer)), signature);
        Assert.Equal(
            $"tiny amd64: tool v9: signed by the key of a certificate for {Identity}; the transparency log was not queried, so when "
                + "it was used is not proven: no network",
            _told[0]
        );
    }

    [Theory]
    [InlineData(".sig")]
    [InlineData(".cert")]
    public async Task A_missing_signature_stops_the_lock_and_says_what_to_do(string ending)
    {
        _server.Serve(Tool + ending, 404);
        ContentException e = await RefusedAsync($"tiny amd64: tool v9: signature: GET {_server.At(Tool + ending)}: 404");
        Assert.EndsWith("run ./build.sh Lock --images tiny --accept-unsigned-upstream-unsafe", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_log_refuses_stops_the_lock()
    {
        _log.Answer = LogResponse.Refused("not in the log");
        await RefusedAsync("tiny amd64: tool v9: not in the log");
    }

    [Theory]
    [InlineData(429, RemoteFault.TryAgain)]
    [InlineData(503, RemoteFault.TryAgain)]
    [InlineData(403, RemoteFault.Refused)]
    public async Task An_outage_is_no_missing_signature_and_nobody_can_accept_it(int status, RemoteFault fault)
    {
        _server.Serve(Tool + ".sig", status);
        RemoteException e = await Assert.ThrowsAnyAsync<RemoteException>(() => JudgeAsync(accepts: true));
        Assert.Equal(fault, e.Fault);
    }

    [Theory]
    [InlineData(true, "missing")]
    [InlineData(false, "wrong")]
    public async Task What_is_accepted_unsigned_is_locked_so_with_what_is_the_matter(bool isMissing, string problem)
    {
        _server.Serve(Tool + ".sig", 404);
        if (!isMissing)
            Publish(SignedBlob.Sign(_authority, "another tool"u8, Signer));
        LockedSignature? signature = await JudgeAsync(accepts: true);
        Assert.Equal(
            new LockedSignature(
                SignatureState.AcceptedUnsigned,
                "--accept-unsigned-upstream-unsafe",
                new UpstreamSigner(Identity, Issuer),
                problem
            ),
            signature
        );
        Assert.EndsWith("; accepted unsigned", _told[0], StringComparison.Ordinal);
        Assert.Contains(
            $"signature accepted-unsigned (by --accept-unsigned-upstream-unsafe, it is {problem})",
            _told[1],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_is_signed_well_is_verified_whatever_would_be_accepted() =>
        Assert.Equal(SignatureState.Verified, (await JudgeAsync(accepts: true))?.State);

    [Fact]
    public async Task A_file_that_was_not_had_or_whose_signer_nobody_names_is_not_asked_about()
    {
        Assert.Null(await JudgeAsync(Lock(Digest.Of("never had"u8))));
        Assert.Equal("tiny: tool v9: signature not checked: the file was not downloaded", Assert.Single(_told));
        _told.Clear();
        ImageLock made = await Signatures().JudgeAsync(Definition(signature: ""), Lock(Digest.Of(Content)), Stop);
        Assert.Null(made.Upstream.Single().Signature);
        Assert.Empty(_told);
        Assert.Equal((0, 0), (_log.Requests, _server.CountOf(Tool + ".sig")));
    }

    [Theory]
    [InlineData(null, LogVerdict.Verified, true)]
    [InlineData(null, LogVerdict.NotAsked, true)]
    [InlineData(null, LogVerdict.Refused, false)]
    [InlineData(SignatureState.Verified, LogVerdict.Verified, true)]
    [InlineData(SignatureState.Verified, LogVerdict.NotAsked, false)]
    [InlineData(SignatureState.Verified, LogVerdict.Refused, false)]
    [InlineData(SignatureState.UnverifiedNoLog, LogVerdict.Verified, true)]
    [InlineData(SignatureState.UnverifiedNoLog, LogVerdict.NotAsked, true)]
    [InlineData(SignatureState.UnverifiedNoLog, LogVerdict.Refused, false)]
    [InlineData(SignatureState.AcceptedUnsigned, LogVerdict.Verified, true)]
    [InlineData(SignatureState.AcceptedUnsigned, LogVerdict.Refused, true)]
    public async Task Judged_again_nothing_may_be_worse_than_the_lock_says(SignatureState? locked, LogVerdict verdict, bool holds)
    {
        _log.Answer = new LogResponse(verdict, "why");
        LockedSignature? signature = locked is { } state
            ? new LockedSignature(state, LockedSignature.ByLog, new UpstreamSigner(Identity, Issuer))
            : null;
        ImageLock imageLock = Lock(Digest.Of(Content), signature);
        Task CheckAsync() => Signatures().RequireAsync(Definition(), imageLock, ["amd64"], Stop);
        if (holds)
        {
            await CheckAsync();
            return;
        }

        Exception e = await Assert.ThrowsAnyAsync<Exception>(CheckAsync);
        Assert.Contains("tool v9", e.Message, StringComparison.Ordinal);
        if (verdict == LogVerdict.NotAsked)
            Assert.Equal(RemoteFault.TryAgain, Assert.IsType<RemoteException>(e).Fault);
        else
            Assert.IsType<ContentException>(e);
    }

    [Fact]
    public async Task A_file_that_changed_in_the_cache_no_longer_has_its_signature()
    {
        string path = _bench.Cache.Find(Digest.Of(Content), null)!;
        await File.WriteAllBytesAsync(path, "THE TOOL"u8.ToArray(), Stop);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            Signatures().RequireAsync(Definition(), Lock(Digest.Of(Content)), ["amd64"], Stop)
        );
        Assert.Contains("the signature is not over this file", e.Message, StringComparison.Ordinal);
    }
}
