using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>
/// What a lock says of upstream's signatures: certificates of an authority of the tests' own, expired as upstream's are, and a log that
/// answers what a test says.
/// </summary>
public sealed class UpstreamSignaturesTests : IAsyncLifetime
{
    private const string Identity = "release@example.org",
        Issuer = "https://accounts.example.org";
    private const string Tool = "example.org/v9/tool-amd64.tgz";
    private static readonly byte[] Content = "the tool"u8.ToArray();
    private static readonly SigningSubject Signer = new(Issuer, Identity);

    private readonly DownloadFixture _bench = new();
    private readonly List<string> _told = [];
    private readonly SigningAuthority _authority = new(new PastClock(TimeSpan.FromDays(100)));
    private readonly FixedLog _log = new();
    private LoopbackServer _server = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackServer.StartAsync();
        await _bench.Cache.AddAsync(
            new WantedContent
            {
                What = "tool",
                Digest = Digest.Of(Content),
                Limit = 100,
            },
            _ => Task.FromResult<Stream>(new MemoryStream(Content)),
            Stop
        );
        Publish(SignedBlob.Sign(_authority, Content, Signer));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _authority.Dispose();
        _bench.Dispose();
    }

    [Fact]
    public async Task What_the_log_vouches_for_is_verified()
    {
        LockedSignature? signature = await JudgeAsync();
        Assert.Equal(new LockedSignature(SignatureState.Verified, "cosign", new UpstreamSigner(Identity, Issuer)), signature);
        Assert.Equal($"tiny: tool v9: signature verified (by cosign), wanted {Identity} of {Issuer}", Assert.Single(_told));
        Assert.Equal(1, _log.Requests);
    }

    [Fact]
    public async Task What_no_log_was_asked_about_is_unverified_and_the_line_says_what_is_not_proven()
    {
        _log.Answer = LogAnswer.NotAsked("no network");
        LockedSignature? signature = await JudgeAsync();
        Assert.Equal(new LockedSignature(SignatureState.UnverifiedNoLog, "certificate", new UpstreamSigner(Identity, Issuer)), signature);
        Assert.Equal(
            $"tiny amd64: tool v9: signed by the key of a certificate for {Identity}; the transparency log was not asked, so who "
                + "issued the certificate and when it was used is not proven: no network",
            _told[0]
        );
    }

    [Fact]
    public async Task A_certificate_in_plain_PEM_will_do_and_so_will_one_of_before_the_new_extension()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        Publish(blob with { Certificate = blob.Pem });
        Assert.Equal(SignatureState.Verified, (await JudgeAsync())?.State);
        Publish(Crafted(request => Extend(request, Names(Identity), Old(Issuer))));
        Assert.Equal(SignatureState.Verified, (await JudgeAsync())?.State);
    }

    [Theory]
    [InlineData("signed by another identity: wanted release@example.org, got other@example.org", Issuer, "other@example.org")]
    [InlineData(
        "signed by another identity: wanted release@example.org, got release@example.org.evil.test",
        Issuer,
        "release@example.org.evil.test"
    )]
    [InlineData(
        "signed by another identity: wanted release@example.org, got https://release@example.org/",
        Issuer,
        "https://release@example.org/"
    )]
    [InlineData(
        "another issuer vouched for the signer: wanted https://accounts.example.org, got https://accounts.example.org/",
        Issuer + "/",
        Identity
    )]
    [InlineData("certificate: wanted one name, got release@example.org, other@example.org", Issuer, Identity, "other@example.org")]
    [InlineData("certificate: wanted one name, got other@example.org, release@example.org", Issuer, "other@example.org", Identity)]
    [InlineData("certificate: wanted one name, got none", Issuer)]
    [InlineData("certificate: wanted one issuer, got none", null, Identity)]
    public async Task A_certificate_for_another_stops_the_lock_before_the_log_is_asked(
        string because,
        string? issuer,
        params string[] identities
    )
    {
        Publish(SignedBlob.Sign(_authority, Content, new SigningSubject(issuer, [.. identities])));
        await RefusedAsync(because);
        Assert.Equal(0, _log.Requests);
    }

    [Fact]
    public async Task A_crafted_certificate_stops_the_lock()
    {
        foreach (
            (X509Extension[] extensions, string because) in ((X509Extension[], string)[])
                [
                    (
                        [Names(Identity), New(Issuer), Old("https://other.example.org")],
                        "wanted one issuer, got https://accounts.example.org, https://other.example.org"
                    ),
                    (
                        [Names(Identity), new X509Extension("1.3.6.1.4.1.57264.1.8", Encoding.UTF8.GetBytes(Issuer), false)],
                        "an extension is no DER"
                    ),
                    (
                        [Names(Identity), new X509Extension("1.3.6.1.4.1.57264.1.8", [.. New(Issuer).RawData, 0], false)],
                        "an extension is no DER"
                    ),
                    ([Dns("release.example.org"), New(Issuer)], "wanted an e-mail address or URI as its name, got a name of kind 2"),
                    ([new X509Extension("2.5.29.17", [0x30, 0x80], true), New(Issuer)], "an extension is no DER"),
                ]
        )
        {
            Publish(Crafted(request => Extend(request, extensions)));
            await RefusedAsync(because);
        }
    }

    [Fact]
    public async Task A_key_that_is_no_ECDSA_key_stops_the_lock()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Extend(request, Names(Identity), New(Issuer));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        byte[] signature = key.SignData(Content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Publish(Blob(signature, certificate));
        await RefusedAsync("certificate: wanted an ECDSA key, got RSA");
    }

    [Fact]
    public async Task A_signature_of_another_file_or_by_another_key_or_changed_stops_the_lock()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        byte[] changed = Convert.FromBase64String(blob.Signature);
        changed[^1] ^= 1;
        foreach (
            SignedBlob wrong in (SignedBlob[])
                [
                    SignedBlob.Sign(_authority, "another tool"u8, Signer),
                    blob with
                    {
                        Signature = SignedBlob.Sign(_authority, Content, Signer).Signature,
                    },
                    blob with
                    {
                        Signature = Convert.ToBase64String(changed),
                    },
                    blob with
                    {
                        Signature = Convert.ToBase64String("no DER"u8),
                    },
                ]
        )
        {
            Publish(wrong);
            await RefusedAsync("the signature is not over this file by the certificate's key");
        }
    }

    [Theory]
    [InlineData(".sig", "", "signature: wanted base64, got ''")]
    [InlineData(".sig", "%%%%", "signature: wanted base64, got '%%%%'")]
    [InlineData(".cert", "", "certificate: wanted one certificate in PEM, plain or in base64, got ''")]
    [InlineData(".cert", "%%%%", "certificate: wanted one certificate in PEM, plain or in base64, got '%%%%'")]
    [InlineData(".cert", "AAAA", "certificate: wanted one certificate in PEM, plain or in base64, got something else")]
    [InlineData(".cert", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate: ")]
    [InlineData(
        ".cert",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "certificate: wanted one certificate in PEM, plain or in base64, got something else"
    )]
    public async Task Garbage_stops_the_lock(string ending, string text, string because)
    {
        _server.Serve(Tool + ending, Encoding.ASCII.GetBytes(text));
        await RefusedAsync(because);
    }

    [Fact]
    public async Task Two_certificates_and_files_that_are_too_long_stop_the_lock()
    {
        SignedBlob blob = SignedBlob.Sign(_authority, Content, Signer);
        Publish(
            blob with
            {
                Certificate = blob.Pem + SignedBlob.Sign(_authority, Content, new SigningSubject(Issuer, "other@example.org")).Pem,
            }
        );
        await RefusedAsync("wanted one certificate in PEM, plain or in base64, got something else");
        foreach (string ending in (string[])[".sig", ".cert"])
        {
            Publish(blob);
            _server.Serve(Tool + ending, new byte[PublishedSignature.Limit + 1]);
            await RefusedAsync($"wanted at most {PublishedSignature.Limit} bytes, got more");
        }
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
        _log.Answer = LogAnswer.Refused("not in the log");
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
        Assert.Equal("tiny: tool v9: signature not asked about: the file was not had", Assert.Single(_told));
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
        _log.Answer = new LogAnswer(verdict, "why");
        LockedSignature? signature = locked is { } state
            ? new LockedSignature(state, "cosign", new UpstreamSigner(Identity, Issuer))
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

    private static ImageDefinition Definition(string signature = $"    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n") =>
        ImageDefinitions.Parse(
            ImageDefinitions
                .Sound.ReplaceLineEndings("\n")
                .Replace("[linux/amd64, linux/arm64]", "[linux/amd64]", StringComparison.Ordinal)
                .Replace($"    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n", signature, StringComparison.Ordinal)
                .Replace(ImageDefinitions.Checksum, Digest.Of(Content).ToString(), StringComparison.Ordinal)
        );

    private static ImageLock Lock(Digest digest, LockedSignature? signature = null) =>
        ImageLocks.Sound with
        {
            Upstream =
            [
                ImageLocks.Sound.Upstream[0] with
                {
                    Signature = signature,
                    Files = ImmutableSortedDictionary<string, LockedFile>.Empty.Add(
                        "amd64",
                        new LockedFile($"https://{Tool}", digest, null)
                    ),
                },
            ],
        };

    private UpstreamSignatures Signatures(bool accepts = false) =>
        new(new PublishedSignature(_bench.Reader, UpstreamMirror.At(_server.Address.ToString())), _bench.Cache, _log, _told.Add)
        {
            AcceptUnsignedUnsafe = accepts,
        };

    private async Task<LockedSignature?> JudgeAsync(ImageLock? made = null, bool accepts = false) =>
        (await Signatures(accepts).JudgeAsync(Definition(), made ?? Lock(Digest.Of(Content)), Stop)).Upstream.Single().Signature;

    private async Task<ContentException> RefusedAsync(string because)
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => JudgeAsync());
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("tiny amd64: tool v9", e.Message, StringComparison.Ordinal);
        return e;
    }

    private void Publish(SignedBlob blob)
    {
        _server.Serve(Tool + ".sig", Encoding.ASCII.GetBytes(blob.Signature));
        _server.Serve(Tool + ".cert", Encoding.ASCII.GetBytes(blob.Certificate));
    }

    private static SignedBlob Crafted(Action<CertificateRequest> describe)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=x", key, HashAlgorithmName.SHA256);
        describe(request);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        return Blob(key.SignData(Content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), certificate);
    }

    private static SignedBlob Blob(byte[] signature, X509Certificate2 certificate) =>
        new(Convert.ToBase64String(signature), Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())), "");

    private static void Extend(CertificateRequest request, params X509Extension[] extensions)
    {
        foreach (X509Extension extension in extensions)
            request.CertificateExtensions.Add(extension);
    }

    private static X509Extension Names(string email)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddEmailAddress(email);
        return names.Build();
    }

    private static X509Extension Dns(string name)
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        return names.Build();
    }

    private static X509Extension Old(string issuer) => new("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(issuer), false);

    private static X509Extension New(string issuer) =>
        new("1.3.6.1.4.1.57264.1.8", [12, (byte)issuer.Length, .. Encoding.UTF8.GetBytes(issuer)], false);

    /// <summary>A log that says what it is told to.</summary>
    private sealed class FixedLog : ISignatureLog
    {
        public LogAnswer Answer { get; set; } = LogAnswer.Verified;

        public int Requests { get; private set; }

        public Task<LogAnswer> AskAsync(FileSignature signature, UpstreamSigner signer, string path, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(Answer);
        }
    }
}
