using Slipway.Definitions;
using Slipway.Http;
using Slipway.Trust;

namespace Slipway.Workflows;

/// <summary>Asks the transparency log through cosign; where there is none, or no network, it says so and presumes nothing.</summary>
/// <param name="offline">Whether nobody may be asked.</param>
/// <param name="transport">Asks whether the log is there.</param>
/// <param name="environment">Reads a variable; null when it is not set.</param>
internal sealed class CosignLog(bool offline, HttpTransport transport, Func<string, string?> environment) : ISignatureLog
{
    private CosignLookup? _lookup;
    private string _givenUp = "";

    public async Task<LogResponse> AskAsync(
        FileSignature signature,
        UpstreamSigner signer,
        string path,
        CancellationToken cancellationToken
    )
    {
        if (offline)
            return LogResponse.NotAsked("this run is --offline");
        // Waiting once for a network that is not there is enough.
        if (_givenUp.Length > 0)
            return LogResponse.NotAsked(_givenUp);
        try
        {
            _lookup ??= new CosignLookup(await CosignProgram.FindAsync(password: null, cancellationToken), transport, Log())
            {
                HasRoots = environment("SIGSTORE_ROOT_FILE") is { Length: > 0 },
            };
            SignedFile file = new(path, signature.Signature, signature.Certificate, signer.Identity, signer.Issuer);
            return await _lookup.RefusalAsync(file, cancellationToken) is { } refusal ? LogResponse.Refused(refusal) : LogResponse.Verified;
        }
        catch (Exception e) when (e is CosignException or RemoteException)
        {
            _givenUp = e.Message;
            return LogResponse.NotAsked(e.Message);
        }
    }

    /// <summary>The log that cosign is going to ask: it reads the same variable.</summary>
    private Uri Log() =>
        Uri.TryCreate(environment("COSIGN_REKOR_URL"), UriKind.Absolute, out Uri? own) && own.Scheme is "http" or "https"
            ? own
            : CosignLookup.PublicLog;
}
