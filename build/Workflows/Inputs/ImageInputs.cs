using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Workflows;

/// <summary>Reads what images are built from.</summary>
internal sealed class ImageInputs(Workspace workspace)
{
    /// <summary>Reads definition and lock of an image, which must fit each other.</summary>
    /// <param name="platforms">Which of the image's platforms are wanted.</param>
    /// <exception cref="DefinitionException">One of them is missing or wrong, or they do not fit.</exception>
    public async Task<AssemblyRequest> ReadAsync(
        string image,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken
    )
    {
        ImageDefinition definition = ImageDefinitionFile.Read(workspace.Definition(image));
        ImageLock imageLock = await ImageLockFile.ReadAsync(workspace.Definition(image), cancellationToken);
        LockValidator.Require(definition, imageLock);
        return new AssemblyRequest(definition, imageLock, platforms(definition));
    }

    /// <summary>That of several images, in the order given.</summary>
    public async Task<IReadOnlyList<AssemblyRequest>> ReadAllAsync(
        IEnumerable<string> images,
        Func<ImageDefinition, ImmutableArray<Platform>> platforms,
        CancellationToken cancellationToken
    )
    {
        var inputs = ImmutableArray.CreateBuilder<AssemblyRequest>();
        foreach (string image in images)
            inputs.Add(await ReadAsync(image, platforms, cancellationToken));
        return inputs.ToImmutable();
    }
}
