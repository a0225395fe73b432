using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What an image was assembled from, by hash: the same here, the same content of the image.</summary>
/// <param name="Definition">Of the bytes of <c>image.yaml</c>.</param>
/// <param name="Lock">Of <c>image.lock.json</c> as Lock writes it.</param>
/// <param name="Files">Of the digests of the files that the definition puts into the image, a line for each in its order.</param>
public sealed record AssemblyInput(Digest Definition, Digest Lock, Digest Files)
{
    /// <summary>Of all that the Dockerfile can copy from, itself among it; null when nobody used one.</summary>
    public Digest? Dockerfile { get; init; }

    /// <summary>The same for an image built the second way, from its Dockerfile.</summary>
    public static AssemblyInput OfDockerfile(AssemblyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request) with { Dockerfile = DockerfileContext.Of(request.Definition).Digest };
    }

    /// <summary>Reads the definition's folder.</summary>
    /// <exception cref="DefinitionException">A file that the definition names is not there.</exception>
    public static AssemblyInput Of(AssemblyRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ImageDefinition definition = request.Definition;
        IEnumerable<Digest> files = definition
            .Layers.SelectMany(layer => layer.Files)
            .Select(file => Digest.Of(DefinedContent.Read(definition, file)));
        return new AssemblyInput(
            Digest.Of(File.ReadAllBytes(Path.Combine(definition.Folder, ImageDefinition.FileName))),
            Digest.Of(ImageLockFile.ToBytes(request.Lock)),
            Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Concat(files.Select(digest => $"{digest}\n"))))
        );
    }
}
