using System.Net;
using Slipway.Http;

namespace Slipway.Registry;

/// <summary>
/// Whether a registry on this machine is spoken to by https or by plain http, found out once: by https unless TLS fails and plain http is
/// answered as a registry answers it. A server of TLS answers plain http with 400, if at all, so one with a certificate that is not trusted
/// stays refused. Sends no credentials; is for loopback alone, where every peer does the same. Safe for concurrent use.
/// </summary>
internal sealed class LoopbackScheme
{
    private volatile Uri? _settled;

    /// <summary>For an address that nobody has named a scheme for; null where it is not on this machine.</summary>
    public static LoopbackScheme? For(Uri address, bool isNamed) =>
        !isNamed && address.Scheme == Uri.UriSchemeHttps && Loopback.Is(address) ? new LoopbackScheme() : null;

    /// <summary>The address to use. One that could not be told stays as it is, and is looked at again the next time.</summary>
    public async Task<Uri> SettleAsync(HttpTransport transport, Uri address, CancellationToken cancellationToken)
    {
        if (_settled is { } known)
            return known;
        // Several at a time may look: each sees the same.
        bool? tls = await SpeaksTlsAsync(transport, address, cancellationToken);
        // Where no port is named, plain http has its own.
        if (tls is null && !address.IsDefaultPort)
            return address;
        Uri plain = new UriBuilder(address) { Scheme = Uri.UriSchemeHttp, Port = address.IsDefaultPort ? -1 : address.Port }.Uri;
        bool isPlain = tls != true && await RespondsAsync(transport, plain, cancellationToken);
        return tls is null && !isPlain ? address : _settled = isPlain ? plain : address;
    }

    /// <returns>Null when nobody is there.</returns>
    private static async Task<bool?> SpeaksTlsAsync(HttpTransport transport, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage ask = new(HttpMethod.Get, new Uri(address, "/v2/"));
            using HttpResponseMessage response = await transport.SendOnceAsync(ask, cancellationToken);
            return true;
        }
        catch (ExhaustedException e)
        {
            return
                e.InnerException
                    is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
                ? null
                : false;
        }
    }

    private static async Task<bool> RespondsAsync(HttpTransport transport, Uri plain, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage ask = new(HttpMethod.Get, new Uri(plain, "/v2/"));
            using HttpResponseMessage response = await transport.SendOnceAsync(ask, cancellationToken);
            return response.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.UpgradeRequired)
                && (int)response.StatusCode is < 300 or >= 400;
        }
        catch (ExhaustedException)
        {
            return false;
        }
    }
}
