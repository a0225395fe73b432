using System.Collections.Immutable;
using System.Text;
using Slipway.Fetching;
using Slipway.Oci;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Definitions.Tests;

/// <summary>
/// What a lock says of upstream's signatures: certificates of an authority of the tests' own, expired as upstream's are, and a log that
/// answers what a test says.
/// </summary>
public abstract class UpstreamSignatureCases : IAsyncLifetime
{
    private protected const string Identity = "release@example.org",
        Issuer = "https://accounts.example.org";
    private protected const string Tool = "example.org/v9/tool-amd64.tgz";
    private protected static readonly byte[] Content = "the tool"u8.ToArray();
    private protected static readonly SigningSubject Signer = new(Issuer, Identity);

    private protected readonly DownloadFixture _bench = new();
    private protected readonly List<string> _told = [];
    private protected readonly SigningAuthority _authority = new(new PastClock(TimeSpan.FromDays(100)));
    private protected readonly FixedLog _log = new();
    private protected LoopbackServer _server = null!;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

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
        GC.SuppressFinalize(this);
        await _server.DisposeAsync();
        _authority.Dispose();
        _bench.Dispose();
    }

    private protected static ImageDefinition Definition(
        string signature = $"    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n"
    ) =>
        ImageDefinitions.Parse(
            ImageDefinitions
                .Sound.ReplaceLineEndings("\n")
                .Replace("[linux/amd64, linux/arm64]", "[linux/amd64]", StringComparison.Ordinal)
                .Replace($"    signature: {{ identity: {Identity}, issuer: {Issuer} }}\n", signature, StringComparison.Ordinal)
                .Replace(ImageDefinitions.Checksum, Digest.Of(Content).ToString(), StringComparison.Ordinal)
        );

    private protected static ImageLock Lock(Digest digest, LockedSignature? signature = null) =>
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

    private protected UpstreamSignatures Signatures(bool accepts = false) =>
        new(new PublishedSignature(_bench.Reader, UpstreamMirror.At(_server.Address.ToString())), _bench.Cache, _log, _told.Add)
        {
            AcceptUnsignedUnsafe = accepts,
        };

    private protected async Task<LockedSignature?> JudgeAsync(ImageLock? made = null, bool accepts = false) =>
        (await Signatures(accepts).JudgeAsync(Definition(), made ?? Lock(Digest.Of(Content)), Stop)).Upstream.Single().Signature;

    private protected async Task<ContentException> RefusedAsync(string because)
    {
        ContentException e = await Assert.ThrowsAsync<ContentException>(() => JudgeAsync());
        Assert.Contains(because, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("tiny amd64: tool v9", e.Message, StringComparison.Ordinal);
        return e;
    }

    private protected void Publish(SignedBlob blob)
    {
        _server.Serve(Tool + ".sig", Encoding.ASCII.GetBytes(blob.Signature));
        _server.Serve(Tool + ".cert", Encoding.ASCII.GetBytes(blob.Certificate));
    }

    /// <summary>A log that says what it is told to.</summary>
    private protected sealed class FixedLog : ISignatureLog
    {
        public LogResponse Answer { get; set; } = LogResponse.Verified;

        public int Requests { get; private set; }

        public Task<LogResponse> AskAsync(FileSignature signature, UpstreamSigner signer, string path, CancellationToken cancellationToken)
        {
            Requests++;
            return Task.FromResult(Answer);
        }
    }
}
