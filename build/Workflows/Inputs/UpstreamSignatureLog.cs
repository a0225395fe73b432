using Slipway.Definitions;
using Slipway.Http;
using Slipway.Sigstore;
using Slipway.Trust;

namespace Slipway.Workflows;

/// <summary>
/// Verifies upstream's signatures by Sigstore's authorities, and asks the transparency log; where that cannot be asked, it says so and
/// presumes nothing of it.
/// </summary>
/// <param name="offline">Whether nobody may be asked.</param>
/// <param name="transport">Asks the log.</param>
/// <param name="readRoot">Reads the authorities and logs to believe.</param>
internal sealed class UpstreamSignatureLog(bool offline, HttpTransport transport, Func<CancellationToken, Task<TrustedRoot>> readRoot)
    : ISignatureLog
{
    private RekorLookup? _lookup;
    private string _givenUp = "";

    public async Task<LogResponse> AskAsync(
        FileSignature signature,
        UpstreamSigner signer,
        string path,
        CancellationToken cancellationToken
    )
    {
        _lookup ??= new RekorLookup(transport, await readRoot(cancellationToken));
        SignedFile file = new(path, signature.Signature, signature.Certificate, signer.Identity, signer.Issuer);
        // Waiting once for a network that is not there is enough.
        if (offline || _givenUp.Length > 0)
            return await _lookup.RefusalWithoutLogAsync(file, cancellationToken) is { } refused
                ? LogResponse.Refused(refused)
                : LogResponse.NotAsked(offline ? "this run is --offline" : _givenUp);
        try
        {
            return await _lookup.RefusalAsync(file, cancellationToken) is { } refusal ? LogResponse.Refused(refusal) : LogResponse.Verified;
        }
        catch (RemoteException e)
        {
            _givenUp = e.Message;
            return LogResponse.NotAsked(e.Message);
        }
    }
}
