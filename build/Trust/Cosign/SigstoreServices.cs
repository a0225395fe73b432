using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// The services that make a keyless signature, asked by ourselves whether they are there. cosign ends with the same code whatever failed,
/// and no decision hangs on its words.
/// </summary>
/// <param name="connect">Makes the client that asks; disposed with the question.</param>
public sealed class SigstoreServices(Func<HttpTransport> connect)
{
    private const int MaximumSize = 1024 * 1024;

    /// <summary>Of the public instance: the authority and the log.</summary>
    private static readonly string[] Public = ["https://fulcio.sigstore.dev", "https://rekor.sigstore.dev"];

    /// <summary>
    /// The members of a signing configuration that name services (Sigstore's protobuf-specs, sigstore_trustroot.proto,
    /// <c>SigningConfig</c>).
    /// </summary>
    private static readonly string[] Kinds = ["caUrls", "rekorTlogUrls", "tsaUrls"];

    /// <summary>What is away: it is not reached, or answers 429 or 5xx.</summary>
    /// <param name="signingConfig">The file that names the services; null for the public instance's.</param>
    /// <returns>Which and why; null when all of them answer, or the file names none.</returns>
    internal async Task<string?> OutageAsync(string? signingConfig, CancellationToken cancellationToken)
    {
        using HttpTransport transport = connect();
        foreach (string service in signingConfig is null ? Public : Named(signingConfig))
        {
            if (!Uri.TryCreate(service, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
                continue;
            try
            {
                using HttpResponseMessage response = await transport.SendAsync(
                    () => new HttpRequestMessage(HttpMethod.Get, address),
                    cancellationToken
                );
            }
            catch (RemoteException e)
            {
                return e.Message;
            }
        }

        return null;
    }

    private static string[] Named(string signingConfig)
    {
        try
        {
            return OciJson.Read(RegularFile.ReadBytes(signingConfig, MaximumSize), "signing configuration", root =>
                Kinds
                    .SelectMany(kind => root.Items(kind))
                    .Select(service => service.OptionalString("url"))
                    .OfType<string>()
                    .Distinct()
                    .ToArray()
            );
        }
        catch (Exception e) when (e is ContentException or UnfitFileException)
        {
            // cosign could not read it either, which is no outage.
            return [];
        }
    }
}
