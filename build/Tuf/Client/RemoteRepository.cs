using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>A TUF repository at an address, read by http or, where a mirror is a folder, from disk.</summary>
/// <param name="transport">Not disposed here.</param>
/// <param name="address">Of the metadata, ending with a slash; the targets are below <c>targets/</c>.</param>
public sealed class RemoteRepository(HttpTransport transport, Uri address) : ITufRepository
{
    private const int MostRedirects = 5;

    /// <summary>Where a file is read instead of where it is, for mirrors: an http, https or file address.</summary>
    public Func<Uri, Uri> Locate { get; init; } = file => file;

    public async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(path);
        Uri file = Find(path);
        ReadOnlyMemory<byte> content = file.IsFile
            ? await ReadFileAsync(file.LocalPath, limit, cancellationToken)
            : await ReadBodyAsync(file, limit, cancellationToken);
        return content.Length <= limit
            ? content
            : throw new TufException(TufFailure.WrongLength, $"{Printable.Of(path)}: wanted at most {limit} bytes, got more");
    }

    private Uri Find(string path)
    {
        try
        {
            return Locate(new Uri(address, path));
        }
        catch (ArgumentException e)
        {
            throw new RemoteException(RemoteFault.Protocol, $"{Printable.Of(path)}: {e.Message}", e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(Uri file, int limit, CancellationToken cancellationToken)
    {
        Exchange exchange = transport.Begin();
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage response = await OpenAsync(file, exchange, cancellationToken);
            try
            {
                return await BoundedBody.ReadAsync(response, limit, cancellationToken);
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                string why = $"GET {Redaction.Of(file)}: the body was cut: {e.Message}";
                if (!await transport.PauseAsync(new FailedAttempt(file, why, tries) { Exchange = exchange }, cancellationToken))
                    throw new RemoteException(RemoteFault.TryAgain, $"{why}, {tries} times{exchange.Ended}", e);
            }
        }
    }

    /// <summary>The answer that has the file; the caller disposes it.</summary>
    private async Task<HttpResponseMessage> OpenAsync(Uri file, Exchange exchange, CancellationToken cancellationToken)
    {
        Uri at = file;
        for (int redirects = 0; ; redirects++)
        {
            Uri here = at;
            HttpResponseMessage response = await transport.SendAsync(() => Get(here), cancellationToken, exchange);
            if (response.StatusCode == HttpStatusCode.OK)
                return response;
            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                    throw new RemoteException(
                        RemoteException.FaultOf(response.StatusCode),
                        $"GET {Redaction.Of(at)}: {(int)response.StatusCode}"
                    );
                string? field = response.Headers.TryGetValues("Location", out IEnumerable<string>? values) ? values.First() : null;
                if (!Location.TryResolve(at, field, out at, out string problem))
                    throw new RemoteException(RemoteFault.Protocol, $"GET {Redaction.Of(here)}: {problem}");
                if (redirects == MostRedirects)
                    throw new RemoteException(RemoteFault.Protocol, $"GET {Redaction.Of(file)}: more than {MostRedirects} redirects");
            }
        }
    }

    private static HttpRequestMessage Get(Uri file)
    {
        HttpRequestMessage request = new(HttpMethod.Get, file);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return request;
    }

    /// <summary>At most one byte more than the limit, as <see cref="BoundedBody"/>.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadFileAsync(string path, int limit, CancellationToken cancellationToken)
    {
        try
        {
            // What has no length is not opened: it is empty, or a pipe that nobody may ever write to.
            if (RegularFile.LengthOf(path) is not { } length)
                throw new RemoteException(RemoteFault.NotFound, $"{path}: no such file");
            if (length == 0)
                return default;
            await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            byte[] content = new byte[(int)Math.Min(length, limit + 1L)];
            return content.AsMemory(0, await file.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RemoteException(
                e is UnauthorizedAccessException ? RemoteFault.Refused : RemoteFault.TryAgain,
                $"{path}: it cannot be read: {e.Message}",
                e
            );
        }
    }
}
