using System.Collections.Immutable;
using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Advisories;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Scanning;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Updates;
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

    private Target Scan =>
        _ =>
            _.Description(
                    "Tell what is known to be vulnerable, by --advisories, in what the locks have, or in --reference, in a registry, a folder "
                        + "or an archive"
                )
                .After(Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    RequireScan();
                    RequireReferenceOfOfficial();
                    Func<AdvisoryScope, AdvisoryList> read =
                        ReadAdvisories()
                        ?? throw new WorkflowException(
                            "Scan: wanted --advisories FILE: Debian's security tracker as JSON, OSV records, or a folder or zip of them",
                            FailureKind.WrongUse
                        );
                    SoftwareInventory[] inventories = Reference is null
                        ? await LockedInventoriesAsync()
                        : [await ReferencedInventoryAsync(Reference, report)];
                    DateTimeOffset now = TimeProvider.System.GetUtcNow();
                    Lifecycle lifecycle = LifecycleFile.Read(Workspace.Images);
                    (ImmutableArray<ImageFindings> images, ImmutableArray<AdvisorySource> sources) = VulnerabilityScan.RunAll(
                        inventories,
                        lifecycle.NumberOf,
                        scope => read(scope with { NotAfter = now })
                    );
                    if (Sarif is not null)
                        await File.WriteAllBytesAsync(Sarif, SarifLog.ToBytes(images), Stop);
                    ScanView view = new(images, sources, now, TimeSpan.FromDays(MaxAge ?? UsualMaxAge));
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
            throw new WorkflowException(
                $"--fail-on {FailOn}: Scan wanted critical, high, medium, low or fixable",
                FailureKind.WrongUse
            );
        if (MaxAge < 0)
            throw new WorkflowException($"--max-age {MaxAge}: wanted a number of days, 0 or more", FailureKind.WrongUse);
        if (Sarif is not null && (!Directory.Exists(Path.GetDirectoryName(Sarif)) || Directory.Exists(Sarif)))
            throw new WorkflowException($"--sarif {Sarif}: wanted a file in a folder that exists", FailureKind.WrongUse);
    }

    private async Task<SoftwareInventory[]> LockedInventoriesAsync()
    {
        LockedPackages locked = new(new ContentCache(Workspace.Cache, TimeProvider.System), Path.Combine(ScanFolder, "package"));
        List<SoftwareInventory> inventories = [];
        Directory.CreateDirectory(ScanFolder);
        foreach (AssemblyRequest input in await InputsAsync())
        {
            SoftwareInventory packages = await locked.ReadAsync(input.Lock, input.Platforms, Stop);
            string sboms = Path.Combine(ChosenWorkspace.Results(input.Name), "sbom");
            inventories.Add(await new BuiltModules(sboms).AddToAsync(packages, input.Lock, input.Platforms, Stop));
        }

        return [.. inventories];
    }

    /// <summary>
    /// From the SBOMs of a release that verifies. Without a key or an identity nobody can be believed, and without an SBOM there is nothing
    /// to believe: then from the layers, which the digest proves.
    /// </summary>
    private async Task<SoftwareInventory> ReferencedInventoryAsync(string text, Report report)
    {
        LocalReference? local = ParseArgument(() => LocalReference.Parse(text));
        if ((PublicKey ?? SigningKey ?? (object?)KmsKey ?? Identity ?? Issuer) is null)
            return await LayersAsync(text, local, "its layers, unverified: no public key or identity was given", report);
        ReleaseSigners signers = await NewReleaseSignersAsync();
        (ReleaseVerdict verdict, _) = await VerifyReferenceAsync(
            new ReferenceVerifier(Officials, image => Policies.Of(signers, image), report.Line),
            local,
            report
        );
        if (!verdict.Passed && verdict.Failures.All(failure => failure.Subject.Failure == FailureReason.AttestationMissing))
            return await LayersAsync(text, local, "its layers, because it has no SBOM that somebody signed", report);
        verdict.RequirePassed();
        InstalledPackage[] packages =
        [
            .. from subject in verdict.Places[0].Result!.Subjects
            where subject.Platform is not null
            from statement in subject.Statements
            where statement.PredicateType == Statement.SpdxType
            from package in SbomPackages.Of(SpdxDocument.Parse(statement.Predicate), subject.Platform!)
            select package,
        ];
        return new SoftwareInventory(text, "its verified SBOMs", [.. packages.Distinct()])
        {
            Codename = SbomPackages.CodenameOf(packages),
            Gaps = packages.Any(package => package.Ecosystem == PackageEcosystem.Go)
                ? []
                : ["its SBOMs have no Go module: it has no Go program, or they were made before SBOMs had modules"],
        }.WithAssumedSources();
    }

    private async Task<SoftwareInventory> LayersAsync(string text, LocalReference? local, string origin, Report report)
    {
        LayerPackages layers = new(Path.Combine(ScanFolder, Path.GetRandomFileName()));
        if (local is not null)
        {
            using LocalImage image = LocalImage.Open(local, null, ArchivesFolder, Stop);
            return await ReadAsync(image.Content, image.Choose(local.Wanted).Wanted);
        }

        Reference reference = ParseArgument(() => Oci.Reference.Parse(text));
        using HttpTransport transport = NewTransport(report);
        return await ReadAsync(
            Connect(transport).Repository(reference),
            reference.Digest?.ToString()
                ?? reference.Tag
                ?? throw new WorkflowException($"--reference {reference}: wanted a tag or a digest", FailureKind.WrongUse)
        );

        async Task<SoftwareInventory> ReadAsync(IContentReader place, string wanted)
        {
            Digest digest = Digest.TryParse(wanted, out Digest? given)
                ? given
                : (await place.ResolveAsync(wanted, Stop))?.Digest
                    ?? throw new ContentException($"{place.Name}:{wanted}: there is no such image");
            return await layers.ReadAsync(text, place, digest, origin, Stop);
        }
    }

    /// <summary>Where packages and layers are unpacked while they are read.</summary>
    private string ScanFolder => Path.Combine(Workspace.Cache, "scan");
}
