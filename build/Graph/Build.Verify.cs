using System.Collections.Immutable;
using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Judging what others will pull, wherever it is.</summary>
internal sealed partial class Build
{
    [Parameter("Verify: also read every layer and compare it with the SBOM")]
    private readonly bool Deep;

    [Parameter("Verify: --reference on every registry of its image, which must all have the same")]
    private readonly bool AllRegistries;

    [Parameter(
        "Verify: layout folder with the signatures of a local --reference; default: trust beside its folder, else in it",
        Name = "Trust"
    )]
    private readonly AbsolutePath? TrustFolder;

    [Parameter("Verify, Save, Mirror, Reproduce: the builder's id that the provenance must name, exactly", Name = "Builder")]
    private readonly string? RequiredBuilder;

    private Target Verify =>
        _ =>
            _.Description(
                    "Verify signatures, SBOM and provenance of --reference, in a registry, a folder or an archive, or of the local layouts"
                )
                .After(Assemble, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    LocalReference? local = Reference is null ? null : Given(() => LocalReference.Parse(Reference));
                    if (AllRegistries && (Reference is null || local is not null))
                        throw new TargetFailedException(
                            "--all-registries: wanted --reference REPOSITORY:TAG or REPOSITORY@DIGEST",
                            Exit.WrongUse
                        );
                    if (TrustFolder is not null && local is null)
                        throw new TargetFailedException(
                            "--trust: wanted a local --reference; what a registry has is verified with what it has",
                            Exit.WrongUse
                        );
                    RequireReferenceOfOfficial();
                    Judges judges = await NewJudgesAsync(report);
                    ReleaseVerdict verdict =
                        local is not null ? await VerifyFilesAsync(local, judges)
                        : Reference is not null ? await VerifyReferenceAsync(Given(() => Oci.Reference.Parse(Reference)), judges, report)
                        : await VerifyLayoutsAsync(judges, report);
                    if (Json)
                        report.Result(VerificationView.Json(verdict));
                    else
                        VerificationView.Show(report, verdict);
                    verdict.RequirePassed();
                });

    private async Task<ReleaseVerdict> VerifyLayoutsAsync(Judges judges, Report report)
    {
        var places = ImmutableArray.CreateBuilder<PlaceVerdict>();
        foreach (ImageDefinition definition in Definitions())
            places.Add(await NewPipeline(report).VerifyLayoutAsync(definition, FullPolicyOf(judges, definition), Stop));
        return new ReleaseVerdict(places.ToImmutable());
    }

    /// <summary>
    /// The repository that signatures must name: that of the image whose repositories hold the reference, else the reference's own.
    /// </summary>
    private async Task<ReleaseVerdict> VerifyReferenceAsync(Reference reference, Judges judges, Report report)
    {
        (ImageDefinition? definition, Reference official) = Officials.Of(reference);
        string wanted = reference.Digest?.ToString()
            ?? reference.Tag
            ?? throw new TargetFailedException($"--reference {reference}: wanted a tag or a digest", Exit.WrongUse);
        if (AllRegistries && definition?.Repositories.Any(reference.IsSamePlaceAs) != true)
            throw new TargetFailedException(
                $"--all-registries: {reference.Name} is the repository of no image under images/, so its registries are not known",
                Exit.WrongUse
            );
        using HttpTransport transport = NewTransport(report);
        IEnumerable<Reference> places = AllRegistries
            ? definition!.Repositories.OrderBy(place => !place.IsSamePlaceAs(reference))
            : [reference];
        ReleasePolicy policy = FullPolicyOf(judges, definition) with { Claims = reference.Tag is { } tag ? TagClaims.Of(tag) : null };
        ReleaseVerdict verdict = await new ReleaseVerifier(policy).VerifySameAsync(
            places
                .Select(Connect(transport).Repository)
                .Select(site => new VerificationRequest
                {
                    Content = site,
                    Signatures = site,
                    Wanted = wanted,
                    Official = official,
                }),
            Stop
        );
        if (
            definition is null
            && verdict.Places.Any(place =>
                place.Result?.Subjects.Any(subject => subject.Failure == FailureReason.ReferenceMismatch) == true
            )
        )
            report.Line(
                $"{reference.Name}: its signatures name another repository. If it is a copy, say of what by --images NAME or "
                    + "--official REPOSITORY"
            );
        return verdict;
    }

    /// <summary>Reads files and nothing else: no request is sent.</summary>
    private async Task<ReleaseVerdict> VerifyFilesAsync(LocalReference reference, Judges judges)
    {
        using LocalImage image = LocalImage.Open(reference, TrustFolder, Workspace.Cache / "archives", Stop);
        (string wanted, string? tag) = Given(() => image.Choose(reference.Wanted));
        (ImageDefinition? definition, Reference official) = await OfficialOfAsync(image, wanted);
        ReleasePolicy policy = FullPolicyOf(judges, definition) with { Claims = tag is null ? null : TagClaims.Of(tag) };
        PlaceVerdict verdict = await new ReleaseVerifier(policy).VerifyAsync(
            new VerificationRequest
            {
                Content = image.Content,
                Signatures = image.Trust,
                Wanted = wanted,
                Official = official,
            },
            Stop
        );
        return new ReleaseVerdict([verdict.Telling(image.Named)]);
    }

    /// <summary>
    /// The image that files must be: the one asked for, else the one that they say they are. The signature has to name its
    /// repository, so saying something else helps nobody.
    /// </summary>
    private async Task<OfficialImage> OfficialOfAsync(LocalImage image, string wanted) =>
        Officials.OfFiles(await image.TitleAsync(wanted, Stop))
        ?? throw new TargetFailedException(
            $"--reference {Reference}: {(await image.HoldsAsync(wanted, Stop) ? "it" : "nothing there has this tag, so it")} does "
                + "not say which image it is, and which repository its signatures must name is not known. Give --images NAME or "
                + "--official REPOSITORY",
            Exit.WrongUse
        );

    private Target Save =>
        _ =>
            _.Description(
                    "Write the verified release --reference, or the local layout of --images NAME, with all that is signed about "
                        + "it to the archive --to"
                )
                .After(Assemble, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    if (To is null || (Reference is null && Images.Length != 1))
                        throw new TargetFailedException(
                            "Save: wanted --reference REPOSITORY:TAG or --images NAME, and --to FILE",
                            Exit.WrongUse
                        );
                    // Something there that has no length may be a device, and a rename would take its place.
                    if (
                        !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(To)))
                        || Directory.Exists(To)
                        || (File.Exists(To) && RegularFile.LengthOf(To) is null or 0)
                    )
                        throw new TargetFailedException($"--to {To}: wanted a file in a folder that is there", Exit.WrongUse);
                    RequireReferenceOfOfficial();
                    long? mostUnverified = MostUnverified;
                    Judges judges = await NewJudgesAsync(report);
                    using HttpTransport? transport = Reference is null ? null : NewTransport(report);
                    (VerificationRequest request, ReleasePolicy policy) = transport is null
                        ? (
                            NewPipeline(report).LayoutOf(Definitions()[0]),
                            FullPolicyOf(judges, Definitions()[0]) with
                            {
                                Claims = TagClaims.None,
                            }
                        )
                        : Request(Given(() => Oci.Reference.Parse(Reference!)), Connect(transport), judges);
                    PlaceVerdict verdict = await new ReleaseVerifier(policy).VerifyAsync(request, Stop);
                    verdict.RequirePassed();
                    report.Line($"{request.Content.Name}:{request.Wanted} claims {verdict.Claims}; it is {verdict.Origin}");
                    await ArchiveAsync(request, judges, verdict.Result!.Digest!, mostUnverified, report);
                    report.Result($"oci-archive:{To}:{request.Wanted}");
                });

    private (VerificationRequest Request, ReleasePolicy Policy) Request(Reference reference, RegistryClient client, Judges judges)
    {
        if (reference.Tag is null || reference.Digest is not null)
            throw new TargetFailedException($"--reference {reference}: wanted a tag, which the archive gets, too", Exit.WrongUse);
        (ImageDefinition? definition, Reference official) = Officials.Of(reference);
        Repository site = client.Repository(reference);
        return (
            new VerificationRequest
            {
                Content = site,
                Signatures = site,
                Wanted = reference.Tag,
                Official = official,
            },
            FullPolicyOf(judges, definition)
        );
    }

    /// <summary>The image that has a reference's repository; null when none has.</summary>
    private ImageDefinition? DefinitionWith(Reference reference) =>
        AllDefinitions().FirstOrDefault(definition => definition.Repositories.Any(reference.IsSamePlaceAs));

    private IEnumerable<ImageDefinition> AllDefinitions() =>
        ImageDefinitionFile.Names(Workspace.Images).Select(image => ImageDefinitionFile.Read(Workspace.Definition(image)));
}
