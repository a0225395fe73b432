using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Elf;
using Slipway.Http;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Vex;
using Slipway.Workflows;

namespace Slipway.Authoring;

/// <summary>Judges what people write below <c>images/</c>, by the readers that the other targets use. Nothing is built or asked.</summary>
internal sealed class CheckWorkflow(Workspace workspace)
{
    private const int MaximumPolicySize = 1024 * 1024;

    private readonly ImmutableArray<DefinitionException>.Builder _mistakes = ImmutableArray.CreateBuilder<DefinitionException>();
    private readonly ImmutableArray<string>.Builder _notes = ImmutableArray.CreateBuilder<string>();

    /// <summary>Every file of the images has its turn; of one file the first mistake is told.</summary>
    public async Task<CheckedDefinitions> RunAsync(IReadOnlyList<string> images, CancellationToken cancellationToken)
    {
        Collect(() => LifecycleFile.Read(workspace.Images));
        KnownPackages known = await KnownPackages.ReadAsync(workspace, cancellationToken);
        foreach (string image in images)
            await CheckAsync(image, known, cancellationToken);
        return new CheckedDefinitions(_mistakes.ToImmutable(), _notes.ToImmutable());
    }

    private async Task CheckAsync(string image, KnownPackages known, CancellationToken cancellationToken)
    {
        if (Collect(() => ImageDefinitionFile.Read(workspace.Definition(image))) is not { } definition)
            return;
        Collect(() => RequireMachines(definition));
        Collect(() => ContractFile.Read(definition));
        if (File.Exists(Path.Combine(definition.Folder, CompareFile.FileName)))
            Collect(() => (object)CompareFile.Read(definition));
        Collect(() => (object?)VexFile.Read(definition));
        Collect(() => CheckPolicy(definition));
        ImageLock? imageLock = await FindLockAsync(definition, cancellationToken);
        _notes.AddRange(known.Doubts(definition));
        _notes.AddRange(EssentialNote.Of(definition, imageLock));
    }

    /// <summary>Inspect refuses a platform whose programs it cannot tell from others'.</summary>
    private static ImageDefinition RequireMachines(ImageDefinition definition)
    {
        foreach (Platform platform in definition.Platforms)
        {
            try
            {
                ElfMachine.Of(platform);
            }
            catch (ContentException e)
            {
                throw WrittenDefinition.Of(definition).FaultAt("platforms", platform.ToString(), e.Message);
            }
        }

        return definition;
    }

    private async Task<ImageLock?> FindLockAsync(ImageDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            ImageLock imageLock = await ImageLockFile.ReadAsync(definition.Folder, cancellationToken);
            LockValidator.Require(definition, imageLock);
            return imageLock;
        }
        catch (DefinitionException unfit)
        {
            // Whoever edits a definition checks it before the lock follows; Assemble refuses it.
            _notes.Add(unfit.Message);
            return null;
        }
    }

    private PolicyFile? CheckPolicy(ImageDefinition definition)
    {
        string file = $"images/{definition.Name}.policy.json",
            path = Path.Combine(workspace.Images, $"{definition.Name}.policy.json");
        if (!Path.Exists(path))
            return null;
        try
        {
            PolicyFile policy = PolicyFile.Parse(RegularFile.ReadBytes(path, MaximumPolicySize), new SigstoreInstance());
            return policy.Image is null || policy.Image == definition.Name
                ? policy
                : throw new DefinitionException($"{file}: 'image' wanted {definition.Name}, got '{Printable.Of(policy.Image)}'");
        }
        catch (Exception e) when (e is ContentException or UnfitFileException)
        {
            throw new DefinitionException($"{file}: {e.Message}", e);
        }
    }

    private T? Collect<T>(Func<T> read)
        where T : class?
    {
        try
        {
            return read();
        }
        catch (DefinitionException mistake)
        {
            _mistakes.Add(mistake);
            return null;
        }
    }
}

/// <summary>What <see cref="CheckWorkflow"/> found.</summary>
/// <param name="Mistakes">What no target can use, each with its place.</param>
/// <param name="Notes">What is worth a look, each a line.</param>
internal sealed record CheckedDefinitions(ImmutableArray<DefinitionException> Mistakes, ImmutableArray<string> Notes);
