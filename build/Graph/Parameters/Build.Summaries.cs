using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What was verified, for those who take somebody's word for it.</summary>
internal sealed partial class Build
{
    [Parameter("Verify: file to write the verdict to, as a SLSA verification summary; signed where a signer is given")]
    private readonly AbsolutePath? Summary;

    /// <summary>A CI's own identity alone signs nothing here: whoever wants that says --signer cosign.</summary>
    private bool SignsSummary => SigningKey is not null || KmsKey is not null || Signer is not null;

    private SummaryFile? PreparedSummary() =>
        Summary is null ? null
        : Reference is null && Images.Length != 1
            ? throw new WorkflowException(
                "--summary: it is about one image; wanted --reference, or --images with one name",
                FailureKind.WrongUse
            )
        : SummaryFile.Prepare(Summary);

    /// <param name="repository">Null for the local layout of an image.</param>
    private async Task WriteSummaryAsync(
        SummaryFile file,
        ReleaseVerdict verdict,
        ReleasePolicy policy,
        Oci.Reference? repository,
        bool isRemote
    )
    {
        VerificationSummary summary = new()
        {
            Verdict = verdict,
            Policy = policy,
            Repository = repository ?? (await DefinitionsAsync())[0].Official,
            IsRemote = isRemote,
            Verifier = new VerifyingProgram("slipway", typeof(Build).Assembly.GetName().Version!.ToString(3), TimeProvider.System),
        };
        Statement? statement = summary.ToStatement();
        if (statement is null || !SignsSummary)
        {
            await file.WriteAsync(statement, Stop);
            return;
        }

        // --identity and --issuer are the release's.
        ISigner signer = await (Signers with { PublicKey = null, Identity = null, Issuer = null }).OpenAsync(Stop);
        using IDisposable? held = signer as IDisposable;
        await file.WriteAsync((await signer.SignStatementAsync(statement, Stop)).ToBytes(), Stop);
    }
}
