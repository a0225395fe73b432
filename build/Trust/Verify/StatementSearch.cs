using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>Looks for what somebody says about a manifest, whoever signed the manifest itself.</summary>
/// <param name="signer">Whose statements count.</param>
public sealed class StatementSearch(ITrustedSigner signer)
{
    /// <param name="request">Where manifest and statements are read, and the repository that statements must name.</param>
    /// <param name="subject">The manifest or index.</param>
    /// <returns>The valid statements of the kind, each once; without any, why not.</returns>
    /// <exception cref="ContentException">The manifest cannot be read.</exception>
    /// <exception cref="Http.RemoteException">A place could not be read, so nothing is known.</exception>
    public async Task<(ImmutableArray<Statement> Statements, string Text)> FindAsync(
        VerificationRequest request,
        Digest subject,
        string predicateType,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        ManifestContent content = await request.Content.ReadManifestAsync(subject, cancellationToken)
            ?? throw new ContentException($"{request.Content.Name}: {subject} is missing");
        Evidence evidence = new(new BundleReader(request.Signatures, signer), subject, content);
        StatementCheck.Finding finding = await new AttestationCheck(VerificationPolicy.Require(signer), request.Official).FindAsync(
            evidence,
            predicateType,
            cancellationToken
        );
        return (finding.Statements, finding.Text);
    }
}
