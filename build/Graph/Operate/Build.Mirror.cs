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
    [Category("Look after")]
    [Example("Mirror --reference quay.io/poseidon/kubelet:v1.36.4 --to registry.example/kubelet --public-key slipway.pub", "one release")]
    [Example(
        "Mirror --reference quay.io/poseidon/kubelet:v1.36.4 --to registry.example/kubelet --public-key slipway.pub --json",
        "the result for a program"
    )]
    private Target Mirror =>
        _ =>
            _.Description(
                    "Copy a verified release to another repository: --reference with its signatures and attestations to "
                        + "--to, tags last"
                )
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
