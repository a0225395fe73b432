using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Definitions;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Images;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What a release hands out beside its images, and where.</summary>
internal sealed partial class Build
{
    [Parameter("Assets, Release: fingerprint of an OpenPGP key of gpg's keyring that signs SHA256SUMS, too")]
    private readonly string? GpgKey;

    [Parameter("Password of --gpg-key; default: what gpg's agent knows"), Secret]
    private readonly string? GpgPassword;

    /// <summary>The images that the commit is tagged for; null until that was asked.</summary>
    private ImmutableArray<string>? _tagged;

    private Target Assets =>
        _ =>
            _.Description(
                    "Write what a published release hands out: notes, SHA256SUMS with signatures, SBOM, provenance, node files: "
                        + "artifacts/NAME/assets"
                )
                .After(Publish, Verify)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    if (Dockerfile)
                        throw new TargetFailedException("--dockerfile: files are made of what Assemble made. Leave it out", Exit.WrongUse);
                    using AssetMaker maker = await NewAssetMakerAsync(report);
                    foreach (AssemblyRequest input in await InputsAsync(report))
                    {
                        MadeAssets made = await maker.Run.RunAsync(input, Stop);
                        if (Json)
                            report.Result(AssetsView.Json(made));
                        else
                            report.Document(made.Notes);
                    }
                });

    private Target Tagged =>
        _ =>
            _.Description("Find the images that the commit is tagged for, and whether they can be released")
                .Unlisted()
                .Before(Preflight, Fetch, Assemble, Inspect, Sign, Publish)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    await RequireTaggedAsync(report);
                    report.Line($"releasing {string.Join(" and ", _tagged!.Value)}");
                });

    private Target Release =>
        _ =>
            _.Description(
                    "Release the images that the commit is tagged for: assemble, inspect, sign, publish, verify, and a release on "
                        + "GitHub with notes and files"
                )
                .DependsOn(Tagged, Preflight, Assemble, Sign, Publish)
                .After(Verify, Assets)
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    // Who skips the check has it made here.
                    await RequireTaggedAsync(report);
                    using AssetMaker maker = await NewAssetMakerAsync(report);
                    using HttpTransport transport = NewGitHubTransport(report);
                    GitHubPublication publication = new(await FindGitHubAsync(transport), maker.Signer.Trusted, maker.OpenPgp, report);
                    foreach (AssemblyRequest input in await InputsAsync(report))
                    {
                        await VerifyPublishedAsync(input.Definition, await maker.Description.PublishedAsync(input.Name, Stop), report);
                        MadeAssets made = await maker.Run.RunAsync(input, Stop);
                        GitHubRelease release = await publication.PublishAsync(made, Workspace.Assets(input.Name), Stop);
                        if (Json)
                            report.Result(AssetsView.Json(made, release));
                        else
                            report.Result(release.Page.ToString());
                    }
                });

    /// <summary>
    /// Finds what is to be released, unless that is known: nothing that git and GitHub do not agree on, and nothing less than all of it.
    /// </summary>
    private async Task RequireTaggedAsync(Report report)
    {
        if (_tagged is not null)
            return;
        if (Dockerfile)
            throw new TargetFailedException(
                "--dockerfile: a release is what Assemble makes. Run ./build.sh BuildDockerfile Sign Publish --dockerfile for the "
                    + "other images",
                Exit.WrongUse
            );
        foreach (ImageDefinition definition in Definitions())
        {
            if (ChosenRegistries.Of(definition.Name, definition.Repositories).LeftOut is [var left, ..])
                throw new TargetFailedException(
                    $"--registries: {left.Name} is left out, and a release on GitHub, which never changes, tells of every registry. "
                        + "Run ./build.sh Publish for some of them",
                    Exit.WrongUse
                );
            if (PlatformsOf(definition).Length < definition.Platforms.Length)
                throw new TargetFailedException(
                    $"--platforms: a release of {definition.Name} has {string.Join(" and ", definition.Platforms)}",
                    Exit.WrongUse
                );
        }

        using HttpTransport transport = NewGitHubTransport(report);
        ReleaseCheck check = new(new GitRepository(RootDirectory, Asked), await FindGitHubAsync(transport));
        // Who names a tag on the command line means that image's release alone.
        IReadOnlyList<string> names =
            Tag.Length > 0 && Images.Length == 0 ? [.. ImageNames().Where(name => Asked.Of(name) is not null)] : ImageNames();
        _tagged = await check.TaggedAsync(names, required: Images.Length + Tag.Length > 0, Stop);
    }

    /// <summary>As users will, from every registry that has it.</summary>
    private async Task VerifyPublishedAsync(ImageDefinition definition, RecordedRelease record, Report report)
    {
        using HttpTransport transport = NewTransport(report);
        ReleaseVerdict verdict = await new ReleaseVerifier(
            PolicyOf(await Signers.TrustedAsync(Stop), definition) with
            {
                NotOlderThan = null,
            }
        ).VerifySameAsync(
            definition
                .Repositories.Where(place => record.Tags.ContainsKey(place.Name))
                .Select(Connect(transport).Repository)
                .Select(site => new VerificationRequest
                {
                    Content = site,
                    Signatures = site,
                    Wanted = record.Release,
                    Official = definition.Official,
                }),
            Stop
        );
        foreach (PlaceVerdict place in verdict.Places)
            report.Line($"{definition.Name}: {place.Place}: {(place.Result?.Passed == true ? "verified" : "NOT verified")}");
        verdict.RequirePassed();
    }

    private async Task<AssetMaker> NewAssetMakerAsync(Report report)
    {
        OpenPgpSigner? openPgp = GpgKey is null ? null : Given(() => new OpenPgpSigner(GpgKey, GpgPassword));
        ISigner signer = await Signers.OpenAsync(Stop);
        HttpTransport transport = NewTransport(report);
        ReleaseDescription description = new(Workspace, RootDirectory, () => Connect(transport), report)
        {
            Policy = definition => PolicyOf(signer.Trusted, definition) with { NotOlderThan = null },
            Advisories = ReadAdvisories(),
        };
        return new AssetMaker(new AssetsRun(Workspace, description, signer, openPgp, report), description, signer, openPgp, transport);
    }

    private HttpTransport NewGitHubTransport(Report report) => new(HttpTransport.NewHandler(), Patience, TimeProvider.System, report.Line);

    /// <summary>What makes a release's files, and what it needs until then.</summary>
    private sealed record AssetMaker(
        AssetsRun Run,
        ReleaseDescription Description,
        ISigner Signer,
        OpenPgpSigner? OpenPgp,
        HttpTransport Transport
    ) : IDisposable
    {
        public void Dispose()
        {
            (Signer as IDisposable)?.Dispose();
            Transport.Dispose();
        }
    }
}
