using Slipway.Http;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Asks the transparency log through cosign; where there is none, or no network, it says so and presumes nothing.</summary>
/// <param name="offline">Whether nobody may be asked.</param>
internal sealed class CosignLog(bool offline) : ISignatureLog
{
    private CosignLookup? _lookup;
    private string _givenUp = "";

    public async Task<LogAnswer> AskAsync(FileSignature signature, UpstreamSigner signer, string path, CancellationToken cancellationToken)
    {
        if (offline)
            return LogAnswer.NotAsked("this run is --offline");
        // Waiting once for a network that is not there is enough.
        if (_givenUp.Length > 0)
            return LogAnswer.NotAsked(_givenUp);
        try
        {
            _lookup ??= new CosignLookup(await CosignProgram.FindAsync(password: null, cancellationToken));
            SignedFile file = new(path, signature.Signature, signature.Certificate, signer.Identity, signer.Issuer);
            return await _lookup.RefusalAsync(file, cancellationToken) is { } refusal ? LogAnswer.Refused(refusal) : LogAnswer.Verified;
        }
        catch (Exception e) when (e is CosignException or RemoteException)
        {
            _givenUp = e.Message;
            return LogAnswer.NotAsked(e.Message);
        }
    }
}
