using System.Net;
using System.Net.Http.Headers;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// Opens files on the network or on disk. Follows at most five redirects, as <see cref="Origin.Redirected"/> allows, and
/// goes on with a body that was cut. Safe for concurrent use.
/// </summary>
public sealed class OriginReader
{
    private const int MostRedirects = 5;

    /// <summary>In bytes: what must come between two cuts for a resumed download to count as moving.</summary>
    private const long GoodPart = 1 << 20;

    private readonly HttpTransport _transport;
    private readonly RetryPolicy _retryPolicy;
    private readonly TimeProvider _time;

    /// <param name="transport">Not disposed here.</param>
    /// <param name="retryPolicy">How often to read a body again, and how long one read of it may take.</param>
    /// <param name="time">The clock for the waits.</param>
    public OriginReader(HttpTransport transport, RetryPolicy retryPolicy, TimeProvider time)
    {
        _transport = transport;
        _retryPolicy = retryPolicy;
        _time = time;
    }

    /// <summary>Opens a file; the caller disposes it. Reading it throws <see cref="CutBodyException"/> when it is cut.</summary>
    /// <exception cref="RemoteException">There is none, or it cannot be had; says which address and why.</exception>
    public async Task<Stream> OpenAsync(Origin origin, CancellationToken cancellationToken) =>
        (await OpenAsync(origin, ResumePoint.Start, cancellationToken)).Bytes;

    /// <summary>
    /// Opens the rest of a file, or the whole where the rest cannot be had: a server that knows no ranges, whose file is
    /// another by now, or that answers with another range. The caller disposes it.
    /// </summary>
    /// <exception cref="RemoteException">There is none, or it cannot be had; says which address and why.</exception>
    internal async Task<OriginBody> OpenAsync(Origin origin, ResumePoint from, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(origin);
        if (origin.IsFile)
            return OpenFile(origin, from.Offset);
        Origin at = origin;
        Exchange exchange = _transport.Begin();
        for (int redirects = 0; ; )
        {
            HttpResponseMessage response = await _transport.SendAsync(() => Get(at.Address, from), cancellationToken, exchange);
            bool resumed = from.IsGivenBy(response);
            if (resumed || response.StatusCode == HttpStatusCode.OK)
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
                return new OriginBody(
                    new RemoteBody(response, body, at.ToString(), _retryPolicy, _time),
                    resumed ? from.Offset : 0,
                    ResumePoint.ConditionOf(response)
                )
                {
                    Validators = Validators.Of(response),
                };
            }

            using (response)
            {
                if (from.IsKnownBy(response))
                    return new OriginBody(Stream.Null, 0, null) { IsUnchanged = true };
                if (from.IsMissedBy(response))
                    from = ResumePoint.Start;
                else
                    at = Next(origin, at, response, redirects++);
            }
        }
    }

    /// <summary>Does something with a file's bytes, and again when the body is cut on the way; the last failure is thrown.</summary>
    /// <param name="attempt">Opens through this reader, uses and disposes. May run several times.</param>
    /// <param name="resumes">
    /// Whether an attempt goes on where the last one was cut: retryPolicy begins anew then with what a good part of came.
    /// </param>
    public async Task<T> PersistAsync<T>(Func<CancellationToken, Task<T>> attempt, bool resumes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        Exchange exchange = new(_retryPolicy, _time);
        using IDisposable running = exchange.Run();
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await attempt(cancellationToken);
            }
            catch (CutBodyException e)
            {
                bool hasMoved = resumes && e.Read >= GoodPart;
                if (hasMoved)
                    tries = 0;
                TimeSpan wait = _retryPolicy.Backoff(tries + 1);
                exchange.Move(e.Read);
                if (!hasMoved && tries >= _retryPolicy.Attempts)
                    throw;
                if (!exchange.Affords(wait))
                    throw new RemoteException(RemoteFault.TryAgain, e.Message + exchange.Ended, e);
                await Task.Delay(wait, _time, cancellationToken);
            }
        }
    }

    /// <summary>Reads a small file whole.</summary>
    /// <param name="limit">The most bytes to accept.</param>
    /// <exception cref="ContentException">The file is longer.</exception>
    /// <exception cref="RemoteException">It cannot be had.</exception>
    public Task<byte[]> ReadSmallAsync(Origin origin, int limit, CancellationToken cancellationToken) =>
        PersistAsync(
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
            resumes: false,
            cancellationToken
        );

    private static OriginBody OpenFile(Origin origin, long offset)
    {
        try
        {
            // What has no length is not opened: it is empty, or a pipe that nobody may ever write to.
            if (RegularFile.LengthOf(origin.Address.LocalPath) == 0)
                return new OriginBody(new MemoryStream(), 0, null);
            FileStream file = new(origin.Address.LocalPath, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);
            if (offset > file.Length)
                offset = 0;
            file.Position = offset;
            return new OriginBody(file, offset, null)
            {
                Validators = new Validators(null, File.GetLastWriteTimeUtc(origin.Address.LocalPath)),
            };
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

    private static HttpRequestMessage Get(Uri address, ResumePoint from)
    {
        HttpRequestMessage request = new(HttpMethod.Get, address);
        from.AddTo(request);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return request;
    }

    private static Origin Next(Origin origin, Origin at, HttpResponseMessage response, int redirects)
    {
        bool redirect = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
        if (!redirect)
            throw new RemoteException(RemoteException.FaultOf(response.StatusCode), $"GET {at}: {(int)response.StatusCode}");
        if (redirects >= MostRedirects)
            throw new RemoteException(RemoteFault.Protocol, $"GET {origin}: more than {MostRedirects} redirects");
        if (response.Headers.Location is not { } location)
            throw new RemoteException(RemoteFault.Protocol, $"GET {at}: {(int)response.StatusCode} without a Location");
        return at.Redirected(location)
            ?? throw new RemoteException(
                RemoteFault.Protocol,
                $"GET {at}: redirected to {Redaction.Of(new Uri(at.Address, location))}; only https is followed"
            );
    }
}
