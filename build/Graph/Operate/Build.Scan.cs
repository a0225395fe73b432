using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Advisories;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Scanning;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What is known to be vulnerable.</summary>
internal sealed partial class Build
{
    private const int UsualMaxAge = 7;

    [Parameter("Scan: how many days old the advisories may be before it warns; default: 7")]
    private readonly int? MaxAge;

    [Parameter("Scan: also write the findings to this file as SARIF 2.1.0")]
    private readonly AbsolutePath? Sarif;

    [Category("Keep current")]
    [Example("Scan --refresh", "by today's advisories of Debian and Go")]
    [Example("Scan --advisories tracker.json go.zip --fail-on high", "the locks, and layouts made from them")]
    [Example(
        "Scan --advisories tracker.json --reference quay.io/poseidon/kubelet:v1.36.4 --public-key release.pub",
        "a release, by its verified SBOMs"
    )]
    private Target Scan =>
        _ =>
            _.Description(
                    "Tell what is known to be vulnerable: by --refresh or --advisories, in what the locks have, or in --reference, in a registry, "
                        + "a folder or an archive"
                )
                .After(Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    RequireScan();
                    RequireReferenceOfOfficial();
                    Func<AdvisoryScope, AdvisoryList> read = await AdvisoriesAsync(report, usesFetched: true)
                        ?? throw new WorkflowException(
                            "Scan: wanted --refresh, or --advisories FILE: Debian's security tracker as JSON, OSV records, or a folder or zip "
                                + "of them",
                            FailureKind.WrongUse
                        );
                    ScanWorkflow workflow = new(Workspace, read, report.Line, TimeProvider.System);
                    ScanResult found = workflow.Run(
                        Reference is null ? await LockedAsync(workflow) : [await ReferencedAsync(workflow, report)]
                    );
                    if (Sarif is not null)
                        await File.WriteAllBytesAsync(Sarif, SarifLog.ToBytes(found.Images), Stop);
                    ScanView view = new(found, TimeSpan.FromDays(MaxAge ?? UsualMaxAge));
                    if (Json)
                    {
                        view.Tell(report);
                        report.Result(view.Json());
                    }
                    else
                    {
                        view.Show(report);
                    }

                    view.Require(FailOn);
                });

    private void RequireScan()
    {
        if (FailOn <= Views.FailOn.Security)
            throw new WorkflowException($"--fail-on {FailOn}: Scan wanted critical, high, medium, low or fixable", FailureKind.WrongUse);
        if (MaxAge < 0)
            throw new WorkflowException($"--max-age {MaxAge}: wanted a number of days, 0 or more", FailureKind.WrongUse);
        if (Sarif is not null && (!Directory.Exists(Path.GetDirectoryName(Sarif)) || Directory.Exists(Sarif)))
            throw new WorkflowException($"--sarif {Sarif}: wanted a file in a folder that exists", FailureKind.WrongUse);
    }

    private async Task<List<ScannedImage>> LockedAsync(ScanWorkflow workflow)
    {
        List<ScannedImage> images = [];
        foreach (AssemblyRequest input in await InputsAsync())
            images.Add(await workflow.LockedAsync(input, Stop));
        return images;
    }

    /// <summary>
    /// From the SBOMs of a release that verifies. Without a key or an identity nobody can be believed, and without an SBOM there is nothing
    /// to believe: then from the layers, which the digest proves.
    /// </summary>
    private async Task<ScannedImage> ReferencedAsync(ScanWorkflow workflow, Report report)
    {
        LocalReference? local = ParseArgument(() => LocalReference.Parse(Reference!));
        if ((PublicKey ?? SigningKey ?? (object?)KmsKey ?? Identity ?? Issuer) is null)
            return await LayersAsync(workflow, local, "its layers, unverified: no public key or identity was given", report);
        ReleaseSigners signers = await NewReleaseSignersAsync();
        (ReleaseVerdict verdict, _) = await VerifyReferenceAsync(
            new ReferenceVerifier(Officials, image => Policies.Of(signers, image), report.Line),
            local,
            report
        );
        // What is signed and has no SBOM is still what was signed; anything else that is missing or wrong is refused.
        return verdict.Failures.Any() && verdict.Failures.All(failure => failure.Subject.Failure == FailureReason.AttestationMissing)
            ? await LayersAsync(workflow, local, "its layers, because it is signed and lacks an SBOM or provenance", report)
            : ScannedImage.Of(Reference!, verdict);
    }

    private async Task<ScannedImage> LayersAsync(ScanWorkflow workflow, LocalReference? local, string origin, Report report)
    {
        if (local is not null)
        {
            using LocalImage image = LocalImage.Open(local, null, ArchivesFolder, Stop);
            return await ReadAsync(image.Content, image.Choose(local.Wanted).Wanted);
        }

        Reference reference = ParseArgument(() => Oci.Reference.Parse(Reference!));
        using HttpTransport transport = NewTransport(report);
        return await ReadAsync(
            Connect(transport).Repository(reference),
            reference.Digest?.ToString()
                ?? reference.Tag
                ?? throw new WorkflowException($"--reference {reference}: wanted a tag or a digest", FailureKind.WrongUse)
        );

        async Task<ScannedImage> ReadAsync(IContentReader place, string wanted)
        {
            Digest digest = Digest.TryParse(wanted, out Digest? given)
                ? given
                : (await place.ResolveAsync(wanted, Stop))?.Digest
                    ?? throw new ContentException($"{place.Name}:{wanted}: there is no such image");
            return new ScannedImage(await workflow.LayersAsync(Reference!, place, digest, origin, Stop));
        }
    }
}
