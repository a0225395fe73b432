using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// Looks for the valid statements of a kind about a manifest among those that a place holds: as bundles that refer to it, and where
/// none of these will do, under cosign's attestation tag.
/// </summary>
internal sealed class AttestationCheck(VerificationPolicy policy, Reference official)
{
    private readonly StatementCheck _statements = new(policy.Signer, official);

    /// <summary>The valid statements, or the reason of the one that came nearest to being one.</summary>
    /// <exception cref="RemoteException">None is valid, and one could not be judged.</exception>
    public async Task<StatementCheck.Finding> FindAsync(Evidence evidence, string predicateType, CancellationToken cancellationToken)
    {
        StatementCheck.Finding bundled = await FindBundledAsync(evidence, predicateType, cancellationToken);
        if (bundled.Failure is null)
            return bundled;
        StatementCheck.Finding tagged = await AmongAsync(() => evidence.TaggedAsync(cancellationToken), evidence, predicateType);
        if (tagged.Failure is not null && (bundled.Unknown ?? tagged.Unknown) is { } unknown)
            throw unknown;
        return tagged.Failure is null || tagged.Failure > bundled.Failure ? tagged : bundled;
    }

    /// <summary>Those that are bundles alone, which asks for nothing that is not listed.</summary>
    public Task<StatementCheck.Finding> FindBundledAsync(Evidence evidence, string predicateType, CancellationToken cancellationToken) =>
        AmongAsync(() => evidence.BundlesAsync(predicateType, cancellationToken), evidence, predicateType);

    private async Task<StatementCheck.Finding> AmongAsync(
        Func<Task<IReadOnlyList<StoredBundle>>> read,
        Evidence evidence,
        string predicateType
    )
    {
        try
        {
            return _statements.Among(await read(), evidence, predicateType);
        }
        catch (ContentException e)
        {
            return new StatementCheck.Finding(FailureReason.AttestationUnreadable, e.Message);
        }
    }
}
