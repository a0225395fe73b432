using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Git;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Puts assembled images into Engines under the tags that a release from this commit would have.</summary>
internal sealed class LoadWorkflow(Workspace workspace, GitRepository repository, EngineChoice engines, Action<string> log)
{
    /// <summary>
    /// An Engine keeps one platform under a tag, so the tags of the whole image go to the platform that the Engine itself runs, or to
    /// the only one that is wanted.
    /// </summary>
    /// <param name="asked">The platforms that are wanted; none for the Engine's own.</param>
    /// <returns>What was loaded, with the line that runs it.</returns>
    public async Task<IReadOnlyList<LoadedPlatform>> LoadAsync(
        ImageDefinition definition,
        ImmutableArray<Platform> asked,
        CancellationToken cancellationToken
    )
    {
        OciLayout layout = OciLayout.Open(workspace.Layout(definition.Name));
        AssembledImage image = await ImageReader.ReadAsync(definition.Name, layout, cancellationToken);
        GitState git = await repository.ReadAsync(definition.Name, cancellationToken);
        TagPlan tags = TagPlan.For(definition.Name, definition.Version, git, image.Platforms.Select(platform => platform.Platform));
        ImmutableArray<Platform> wanted = asked.IsEmpty ? [(await engines.ConnectAsync(null, cancellationToken)).Version.Platform] : asked;
        List<LoadedPlatform> loaded = [];
        foreach (Platform one in wanted)
        {
            AssembledPlatform platform = image.Platforms.FirstOrDefault(platform => platform.Platform == one)
                ?? throw new WorkflowException(
                    $"{definition.Name}: {layout.Name} has no {one}, it "
                        + $"has {string.Join(" and ", image.Platforms.Select(platform => platform.Platform))}. Give --platforms, or "
                        + "assemble it",
                    FailureKind.WrongUse
                );
            EngineClient engine = await engines.ConnectAsync(one, cancellationToken);
            bool whole = wanted.Length == 1 || one == engine.Version.Platform;
            ImmutableArray<Reference> names =
            [
                .. tags
                    .Tags.Where(tag => tag.Platform == one || (whole && tag.Platform is null))
                    .Select(tag => definition.Official.WithTag(tag.Name)),
            ];
            await engine.LoadAsync(await EngineArchive.OfAsync(layout, platform.Manifest, names, cancellationToken), cancellationToken);
            log($"{definition.Name} {one}: in the Engine at {engine.Address} as {string.Join(", ", names.Select(name => name.Tag))}");
            string emulated = one == engine.Version.Platform ? "" : $"--platform {one} ";
            Reference name = definition.Official.WithTag(whole ? tags.Release : $"{tags.Release}-{one.Architecture}");
            loaded.Add(new LoadedPlatform(definition.Name, one, names, $"docker {engines.ArgumentFor(engine)}run --rm {emulated}{name}"));
        }

        return loaded;
    }
}

/// <summary>One platform in an Engine.</summary>
/// <param name="Command">The line that runs it.</param>
internal sealed record LoadedPlatform(string Image, Platform Platform, ImmutableArray<Reference> Names, string Command);
