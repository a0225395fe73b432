using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Elf;
using Slipway.Fetching;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// Remembers the layers of a platform by all that they are made from: definition, lock, files of the definition, the
/// programs that assemble and the runtime that compresses. What it gives back is the same as assembling anew, and is
/// proven by digest when it is copied.
/// </summary>
/// <param name="folder">Where records are kept; made when it is needed.</param>
/// <param name="content">Where the layers' blobs are kept.</param>
public sealed class AssemblyCache(string folder, ContentCache content)
{
    private const string Ending = ".json";

    /// <summary>The layers made from this input before; null when anything of them is not at hand.</summary>
    public async Task<AssembledLayers?> FindAsync(Digest input, CancellationToken cancellationToken)
    {
        string path = RecordPath(input);
        if (!File.Exists(path))
            return null;
        try
        {
            (ImmutableArray<Layer> layers, Descriptor list) = Parse(await File.ReadAllBytesAsync(path, cancellationToken));
            if (!layers.All(layer => content.Find(layer.Blob.Digest, layer.Blob.Size) is not null))
                return null;
            using MemoryStream contents = new();
            await using (VerifyingStream proven = VerifyingStream.Over(Open(list), list, "list of contents"))
                await proven.CopyToAsync(contents, cancellationToken);
            return new AssembledLayers(layers, ContentsDocument.Parse(contents.GetBuffer().AsMemory(0, (int)contents.Length)));
        }
        catch (ContentException)
        {
            // A record that cannot be read is as good as none: the layers are made anew and the record with them.
            return null;
        }
    }

    /// <summary>Opens what is remembered; the caller disposes it.</summary>
    public Stream Open(Descriptor blob) =>
        File.OpenRead(content.Find(blob.Digest, blob.Size) ?? throw new ContentException($"cached layer {blob.Digest} is gone"));

    /// <summary>Remembers layers whose blobs are in <paramref name="layout"/>.</summary>
    public async Task KeepAsync(Digest input, AssembledLayers made, OciLayout layout, CancellationToken cancellationToken)
    {
        foreach (Layer layer in made.Layers)
        {
            WantedContent wanted = new()
            {
                What = $"layer {layer.Title}",
                Digest = layer.Blob.Digest,
                Size = layer.Blob.Size,
            };
            await content.AddAsync(wanted, async token => (await layout.OpenBlobAsync(layer.Blob, token))!, cancellationToken);
        }

        byte[] contents = ContentsDocument.ToBytes(made.Contents);
        Descriptor list = Descriptor.Of("", contents);
        WantedContent wantedList = new()
        {
            What = "list of contents",
            Digest = list.Digest,
            Size = list.Size,
        };
        await content.AddAsync(wantedList, _ => Task.FromResult<Stream>(new MemoryStream(contents, writable: false)), cancellationToken);

        Directory.CreateDirectory(folder);
        string temporary = RecordPath(input) + "." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)) + ".new";
        await File.WriteAllBytesAsync(temporary, ToBytes(made.Layers, list), cancellationToken);
        File.Move(temporary, RecordPath(input), overwrite: true);
    }

    /// <summary>
    /// Removes the records that no longer help: of layers that are gone from the cache, and those that cannot be read.
    /// Asks for no content, so that nothing counts as used. A record that another user owns stays.
    /// </summary>
    /// <returns>How many.</returns>
    public int Prune(CacheReview review)
    {
        ArgumentNullException.ThrowIfNull(review);
        string[] records = Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending) : [];
        // After the records: what another run adds meanwhile must not seem gone.
        HashSet<Digest> there = [.. review.Files().Select(file => file.Digest)];
        return records.Count(record => !IsBacked(record, there) && TryRemove(record));
    }

    /// <summary>The digest of everything that a platform's layers are made from.</summary>
    /// <exception cref="DefinitionException">A file that the definition names is not there.</exception>
    public static Digest InputOf(ImageDefinition definition, ImageLock imageLock, Platform platform)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        using MemoryStream input = new();
        // A type of each room that layers are made by, and of the runtime.
        Type[] parts = [typeof(Layer), typeof(ImageLock), typeof(DebArchive), typeof(LinkerCache), typeof(AssemblyCache), typeof(object)];
        foreach (Type part in parts)
            input.Write(part.Module.ModuleVersionId.ToByteArray());
        input.Write(Encoding.UTF8.GetBytes($"{platform}\n{string.Join(',', imageLock.StandingIn)}\n"));
        input.Write(ImageLockFile.ToBytes(imageLock));
        input.Write(SHA256.HashData(File.ReadAllBytes(Path.Combine(definition.Folder, ImageDefinition.FileName))));
        foreach (DefinedFile file in definition.Layers.SelectMany(layer => layer.Files))
            input.Write(SHA256.HashData(DefinedContent.Read(definition, file)));
        return Digest.Of(input.GetBuffer().AsSpan(0, (int)input.Length));
    }

    private static bool IsBacked(string record, HashSet<Digest> there)
    {
        try
        {
            return Parse(File.ReadAllBytes(record)) is var (layers, contents)
                && layers.All(layer => there.Contains(layer.Blob.Digest))
                && there.Contains(contents.Digest);
        }
        catch (ContentException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone meanwhile, or another's: nothing is known against it.
            return true;
        }
    }

    private static bool TryRemove(string record)
    {
        try
        {
            File.Delete(record);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static (ImmutableArray<Layer> Layers, Descriptor Contents) Parse(ReadOnlyMemory<byte> json) =>
        OciJson.Read(json, "assembly record", root =>
            (
                root.Items("layers")
                    .Select(item => new Layer(
                        OciJson.ReadDescriptor(item.Required("blob")),
                        Digest.Parse(item.RequiredString("diffId")),
                        item.RequiredNumber("unpackedSize"),
                        item.RequiredString("title")
                    ))
                    .ToImmutableArray(),
                OciJson.ReadDescriptor(root.Required("contents"))
            )
        );

    private static byte[] ToBytes(ImmutableArray<Layer> layers, Descriptor contents) =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("layers");
            foreach (Layer layer in layers)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("blob");
                writer.WriteDescriptor(layer.Blob);
                writer.WriteString("diffId", layer.DiffId.ToString());
                writer.WriteNumber("unpackedSize", layer.UnpackedSize);
                writer.WriteString("title", layer.Title);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("contents");
            writer.WriteDescriptor(contents);
            writer.WriteEndObject();
        });

    private string RecordPath(Digest input) => Path.Combine(folder, input.Hex + Ending);
}
