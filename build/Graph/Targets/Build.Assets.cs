using Nuke.Common;
using Slipway.Advisories;
using Slipway.Http;
using Slipway.Images;
using Slipway.Reporting;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What a release hands out beside its images.</summary>
internal sealed partial class Build
{
    [Parameter("Assets, Release: fingerprint of an OpenPGP key of gpg's keyring that signs SHA256SUMS, too")]
    private readonly string? GpgKey;

    [Parameter("Password of --gpg-key; default: the one in gpg's agent"), Secret]
    private readonly string? GpgPassword;

    [Parameter("Assets, Release: folders with slipway-verify as CompileVerify leaves it; its files go into the release, with provenance")]
    private readonly string[] Programs = [];

    [Category("Publish")]
    [Example("Assets --images kubelet --signing-key slipway.key", "after Publish")]
    [Example("Assets --signing-key slipway.key --programs artifacts/slipway-verify", "with the program for users")]
    private Target Assets =>
        _ =>
            _.Description(
                    "Write the files of a published release: notes, SHA256SUMS with signatures, SBOM, provenance, node "
                        + "files: artifacts/NAME/assets"
                )
                .After(Publish, Verify)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    if (Dockerfile)
                        throw new WorkflowException(
                            "--dockerfile: files are made from the image of Assemble. Leave it out",
                            FailureKind.WrongUse
                        );
                    using AssetMaker maker = await NewAssetMakerAsync(report);
                    List<ReleaseToReport> reported = [];
                    foreach (AssemblyRequest input in await InputsAsync())
                    {
                        MadeAssets made = await maker.Run.RunAsync(input, Stop);
                        reported.Add(new ReleaseToReport(input.Definition, made.Facts, []));
                        if (Json)
                            report.Result(AssetsView.Json(made));
                        else
                            report.Document(made.Notes);
                    }

                    await TellReportAsync(report, reported);
                });

    private async Task<AssetMaker> NewAssetMakerAsync(Report report)
    {
        OpenPgpSigner? openPgp = GpgKey is null ? null : ParseArgument(() => new OpenPgpSigner(GpgKey, GpgPassword));
        Func<AdvisoryScope, AdvisoryList>? advisories = await AdvisoriesAsync(report);
        ISigner signer = await Signers.OpenAsync(Stop);
        HttpTransport transport = NewTransport(report);
        ReleaseDescription description = new(Workspace, RootDirectory, () => Connect(transport), report.Line, TimeProvider.System)
        {
            Policy = definition => PolicyOf(signer.Trusted, definition) with { NotOlderThan = null },
            Advisories = advisories,
        };
        return new AssetMaker(
            new AssetsWorkflow(Workspace, description, signer, openPgp, report.Line) { Programs = Programs, Sigstore = Sigstore },
            description,
            signer,
            transport
        );
    }

    /// <summary>What makes a release's files, and what it needs until then.</summary>
    private sealed record AssetMaker(AssetsWorkflow Run, ReleaseDescription Description, ISigner Signer, HttpTransport Transport)
        : IDisposable
    {
        public void Dispose()
        {
            (Signer as IDisposable)?.Dispose();
            Transport.Dispose();
        }
    }
}
