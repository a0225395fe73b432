using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Slipway.StandIns;

/// <summary>
/// An HTTPS server on a free port of loopback that answers every request with one text. Its certificate is by an authority
/// of its own, which nobody else knows. Disposing ends it.
/// </summary>
public sealed class HttpsTextServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly byte[] _answer;
    private readonly Task _serving;

    private HttpsTextServer(X509Certificate2 certificate, string authority, string text)
    {
        _certificate = certificate;
        Authority = authority;
        _answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {text.Length}\r\nConnection: close\r\n\r\n{text}"
        );
        _listener.Start();
        Host = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = ServeAsync();
    }

    /// <summary><c>127.0.0.1:PORT</c>; the certificate names the address.</summary>
    public string Host { get; }

    /// <summary>The authority's certificate, PEM.</summary>
    public string Authority { get; }

    public static HttpsTextServer Start(string text)
    {
        DateTimeOffset from = TimeProvider.System.GetUtcNow().AddDays(-1),
            to = from.AddDays(3);
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256),
            key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest authorityRequest = new("CN=an authority of tests", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        using X509Certificate2 authority = authorityRequest.CreateSelfSigned(from, to);
        CertificateRequest request = new("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 signed = request.Create(authority, from, to, [1, 2, 3]);
        return new HttpsTextServer(signed.CopyWithPrivateKey(key), authority.ExportCertificatePem() + "\n", text);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using SslStream stream = new(client.GetStream());
                await stream.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificate },
                    _stop.Token
                );
                await ReadRequestAsync(stream);
                await stream.WriteAsync(_answer, _stop.Token);
                await stream.ShutdownAsync();
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or AuthenticationException)
            {
                // A client that does not trust us goes away: that is its answer.
            }
        }
    }

    private async Task ReadRequestAsync(SslStream stream)
    {
        using StreamReader reader = new(stream, leaveOpen: true);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 }) { }
    }
}
