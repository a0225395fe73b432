using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Sources;

/// <summary>
/// Opens files on the network or on disk. Follows at most five redirects, as <see cref="Origin.Redirected"/> allows, and
/// reads again a body that was cut. Safe for concurrent use.
/// </summary>
public sealed class OriginReader
{
    private const int MostRedirects = 5;

    private readonly HttpTransport _transport;
    private readonly Patience _patience;
    private readonly TimeProvider _time;

    /// <param name="transport">Not disposed here.</param>
    /// <param name="patience">How often to read a body again, and how long one read of it may take.</param>
    /// <param name="time">The clock for the waits.</param>
    public OriginReader(HttpTransport transport, Patience patience, TimeProvider time)
    {
        _transport = transport;
        _patience = patience;
        _time = time;
    }

    /// <summary>Opens a file; the caller disposes it. Reading it throws <see cref="CutBodyException"/> when it is cut.</summary>
    /// <exception cref="RemoteException">There is none, or it cannot be had; says which address and why.</exception>
    public async Task<Stream> OpenAsync(Origin origin, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (origin.IsFile)
            return OpenFile(origin);
        Origin at = origin;
        for (int redirects = 0; ; redirects++)
        {
            HttpResponseMessage answer = await _transport.SendAsync(() => Get(at.Address), cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                return new RemoteBody(answer, await answer.Content.ReadAsStreamAsync(cancellationToken), at.ToString(), _patience, _time);
            using (answer)
                at = Next(origin, at, answer, redirects);
        }
    }

    /// <summary>
    /// Does something with a file's bytes, from the beginning again when the body is cut on the way; the last failure is
    /// thrown.
    /// </summary>
    /// <param name="attempt">Opens through this reader, uses and disposes. May run several times.</param>
    public async Task<T> PersistAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        TimeSpan wait = _patience.FirstWait;
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await attempt(cancellationToken);
            }
            catch (CutBodyException) when (tries < _patience.Attempts)
            {
                await Task.Delay(wait, _time, cancellationToken);
                wait = wait * 2 < _patience.LongestWait ? wait * 2 : _patience.LongestWait;
            }
        }
    }

    /// <summary>Reads a small file whole.</summary>
    /// <param name="limit">The most bytes to accept.</param>
    /// <exception cref="ContentException">The file is longer.</exception>
    /// <exception cref="RemoteException">It cannot be had.</exception>
    public Task<byte[]> ReadSmallAsync(Origin origin, int limit, CancellationToken cancellationToken) => PersistAsync(
        async token =>
        {
            await using Stream body = await OpenAsync(origin, token);
            using MemoryStream bytes = new();
            byte[] buffer = new byte[16 * 1024];
            while (await body.ReadAsync(buffer, token) is var count and > 0)
            {
                if (bytes.Length + count > limit)
                    throw new ContentException($"{origin}: wanted at most {limit} bytes, got more");
                bytes.Write(buffer, 0, count);
            }

            return bytes.ToArray();
        },
        cancellationToken);

    private static FileStream OpenFile(Origin origin)
    {
        try
        {
            return new FileStream(origin.Address.LocalPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RemoteException(RemoteFault.NotFound, $"{origin}: no such file", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException)
        {
            throw new RemoteException(RemoteFault.Refused, $"{origin}: {e.Message}", e);
        }
    }

    private static HttpRequestMessage Get(Uri address)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return request;
    }

    private static Origin Next(Origin origin, Origin at, HttpResponseMessage answer, int redirects)
    {
        bool redirect = (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308;
        if (!redirect)
            throw new RemoteException(RemoteException.FaultOf(answer.StatusCode), $"GET {at}: {(int)answer.StatusCode}");
        if (redirects >= MostRedirects)
            throw new RemoteException(RemoteFault.Protocol, $"GET {origin}: more than {MostRedirects} redirects");
        if (answer.Headers.Location is not { } location)
            throw new RemoteException(RemoteFault.Protocol, $"GET {at}: {(int)answer.StatusCode} without a Location");
        return at.Redirected(location) ?? throw new RemoteException(
            RemoteFault.Protocol, $"GET {at}: redirected to {Redaction.Of(new Uri(at.Address, location))}; only https is followed");
    }
}
