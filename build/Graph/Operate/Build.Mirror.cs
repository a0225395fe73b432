using Nuke.Common;
using Slipway.Http;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Copying a release elsewhere.</summary>
internal sealed partial class Build
{
    private Target Mirror =>
        _ =>
            _.Description("Copy the verified release --reference with its signatures and attestations to the repository --to, tags last")
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Reference is null || To is null)
                        throw new WorkflowException("Mirror: wanted --reference REPOSITORY:TAG --to REPOSITORY", FailureKind.WrongUse);
                    using HttpTransport transport = NewTransport(report);
                    MirrorWorkflow workflow = new(Officials, () => Connect(transport), report.Line)
                    {
                        Policy = async image => Policies.Of(await Signers.TrustedAsync(Stop), image),
                        RequireNotWithdrawn = RequireNotWithdrawnAsync,
                        Wanted = ParseArgument(() => TagFilter.Parse(TagPattern)),
                    };
                    ReleaseRecord record = await workflow.RunAsync(
                        ParseArgument(() => Oci.Reference.Parse(Reference)),
                        ParseArgument(() => Oci.Reference.Parse(To)),
                        Stop
                    );
                    if (Json)
                        report.Result(record.ToBytes());
                    else
                        report.Result(record.Reference.ToString());
                });
}
