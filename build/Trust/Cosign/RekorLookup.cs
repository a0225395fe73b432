using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;

namespace Slipway.Trust;

/// <summary>A file with a keyless signature beside it, and who is said to have made it.</summary>
/// <param name="Path">The signed file.</param>
/// <param name="Signature">DER.</param>
/// <param name="Certificate">In PEM.</param>
/// <param name="Identity">The e-mail address or URI that the certificate must be for.</param>
/// <param name="Issuer">Who must have vouched for it.</param>
public sealed record SignedFile(string Path, ReadOnlyMemory<byte> Signature, string Certificate, string Identity, string Issuer);

/// <summary>
/// Verifies keyless signatures that lie beside files: the certificate's authority, identity and issuer, the signature, and the transparency
/// log's entry, which is looked up there, and by which an expired certificate was valid when it was used.
/// </summary>
/// <param name="root">The authorities and logs to believe; of the logs those of Rekor's version 1 are asked.</param>
public sealed class RekorLookup(HttpTransport transport, TrustedRoot root)
{
    private const int MaximumResponse = 4 * 1024 * 1024,
        MostEntries = 64;

    private readonly SigstoreVerifier _verifier = new(root);

    /// <summary>All that can be verified without the log: not when the certificate was used, and so not that it was valid then.</summary>
    /// <returns>Null when it holds; else why it does not.</returns>
    public async Task<string?> RefusalWithoutLogAsync(SignedFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        SignedMessage content = SignedMessage.Of(await DigestAsync(file, cancellationToken));
        return Refusal(() => _verifier.VerifyUnlogged(DerOf(file), file.Signature, content, PolicyOf(file)));
    }

    /// <returns>Null when it holds; else why it does not.</returns>
    /// <exception cref="RemoteException">The log could not be asked, so nothing is known.</exception>
    public async Task<string?> RefusalAsync(SignedFile file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (await RefusalWithoutLogAsync(file, cancellationToken) is { } refusal)
            return refusal;
        Digest digest = await DigestAsync(file, cancellationToken);
        byte[] certificate = DerOf(file);
        string? last = null;
        foreach (TransparencyLog log in Logs())
        {
            foreach (RekorEntry entry in await EntriesAsync(log, file, digest, cancellationToken))
            {
                last = Refusal(() =>
                    _verifier.Verify(entry.ToBundle(certificate, file.Signature, digest), SignedMessage.Of(digest), PolicyOf(file))
                );
                if (last is null)
                    return null;
            }
        }

        return last ?? "the signature is in no transparency log that the trusted root names";
    }

    /// <summary>Rekor's version 2 signs with Ed25519, and has nothing to look entries up with.</summary>
    private IEnumerable<TransparencyLog> Logs() =>
        root.Logs.Where(log =>
            log.Key.Algorithm != KeyAlgorithm.Ed25519
            && Uri.TryCreate(log.BaseUrl, UriKind.Absolute, out Uri? address)
            && address.Scheme is "http" or "https"
        );

    /// <summary>Those that the log has of this very signature (Rekor, openapi.yaml, <c>/api/v1/log/entries/retrieve</c>).</summary>
    private async Task<IReadOnlyList<RekorEntry>> EntriesAsync(
        TransparencyLog log,
        SignedFile file,
        Digest digest,
        CancellationToken cancellationToken
    )
    {
        Uri address = new(log.BaseUrl.TrimEnd('/') + "/api/v1/log/entries/retrieve");
        byte[] query = Query(file, digest);
        try
        {
            using HttpResponseMessage response = await transport.SendAsync(
                () =>
                    new HttpRequestMessage(HttpMethod.Post, address)
                    {
                        Content = new ByteArrayContent(query) { Headers = { ContentType = new("application/json") } },
                    },
                cancellationToken
            );
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
                return [];
            if (!response.IsSuccessStatusCode)
                throw new RemoteException(RemoteFault.TryAgain, $"the log at {address.Host} responded with {(int)response.StatusCode}");
            return Read(await ReadAsync(response, cancellationToken));
        }
        catch (ExhaustedException e)
        {
            throw new RemoteException(RemoteFault.TryAgain, $"the log at {address.Host} could not be queried: {e.Message}", e);
        }
        catch (ContentException e)
        {
            throw new RemoteException(RemoteFault.TryAgain, $"the response of the log at {address.Host} cannot be read: {e.Message}", e);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[MaximumResponse + 1];
        int length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaximumResponse ? buffer[..length] : throw new ContentException($"wanted at most {MaximumResponse} bytes");
    }

    /// <summary>A list of objects, each with entries by their ids.</summary>
    private static List<RekorEntry> Read(byte[] json)
    {
        try
        {
            using JsonDocument document = OciJson.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ?
                [
                    .. document
                        .RootElement.EnumerateArray()
                        .SelectMany(one => one.Members())
                        .Take(MostEntries)
                        .Select(entry => RekorEntry.Parse(entry.Value)),
                ]
                : throw new ContentException($"wanted a list, got {JsonMember.KindOf(document.RootElement)}");
        }
        catch (JsonException e)
        {
            throw new ContentException("it is no JSON", e);
        }
    }

    private static byte[] Query(SignedFile file, Digest digest) =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entries");
            writer.WriteStartObject();
            writer.WriteString("apiVersion", "0.0.1");
            writer.WriteString("kind", "hashedrekord");
            writer.WriteStartObject("spec");
            writer.WriteStartObject("data");
            writer.WriteStartObject("hash");
            writer.WriteString("algorithm", digest.Algorithm);
            writer.WriteString("value", digest.Hex);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteStartObject("signature");
            writer.WriteBase64String("content", file.Signature.Span);
            writer.WriteStartObject("publicKey");
            writer.WriteBase64String("content", Encoding.ASCII.GetBytes(file.Certificate));
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        });

    private static string? Refusal(Action verify)
    {
        try
        {
            verify();
            return null;
        }
        catch (SigstoreException e)
        {
            return $"{e.Failure.Name()}: {e.Message}";
        }
        catch (ContentException e)
        {
            return e.Message;
        }
    }

    private static SigstorePolicy PolicyOf(SignedFile file) => SigstorePolicy.RequireIdentity(file.Identity, file.Issuer);

    /// <exception cref="ContentException">It is no PEM.</exception>
    private static byte[] DerOf(SignedFile file) =>
        PemEncoding.TryFind(file.Certificate, out PemFields fields)
            ? Convert.FromBase64String(file.Certificate[fields.Base64Data])
            : throw new ContentException("the certificate wanted in PEM form");

    private static async Task<Digest> DigestAsync(SignedFile file, CancellationToken cancellationToken)
    {
        await using FileStream content = File.OpenRead(file.Path);
        return Digest.FromHash("sha256", await SHA256.HashDataAsync(content, cancellationToken));
    }
}
