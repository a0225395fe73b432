using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>
/// The signatures of one image as files: an OCI layout whose tags are cosign's signature tags, so that publishing is
/// copying by digest and tag. A signature is made once: a valid one that is there already stays as it is.
/// </summary>
public sealed class SignatureStore
{
    private SignatureStore(OciLayout layout) => Layout = layout;

    /// <summary>The folder. After <see cref="SignAsync"/> it holds the image's signatures and nothing else.</summary>
    public OciLayout Layout { get; }

    /// <summary>Opens the store at a path, or makes an empty one.</summary>
    /// <exception cref="ContentException">Something else stands there.</exception>
    public static SignatureStore Create(string path) => new(OciLayout.Create(path));

    /// <exception cref="ContentException">There is no store.</exception>
    public static SignatureStore Open(string path) => new(OciLayout.Open(path));

    /// <summary>
    /// Takes in valid signatures by <paramref name="key"/> that another place has and this store lacks, so that a fresh
    /// machine repeats what was published instead of signing anew.
    /// </summary>
    /// <returns>How many were taken in.</returns>
    /// <exception cref="Http.RemoteException">The place could not be read.</exception>
    public async Task<int> AdoptAsync(SignedImage image, IContentReader source, VerificationKey key, CancellationToken cancellationToken)
    {
        SignatureCheck own = new(VerificationPolicy.RequireKey(key), Layout, image.Official);
        SignatureCheck other = new(VerificationPolicy.RequireKey(key), source, image.Official);
        List<Descriptor> entries = [];
        int adopted = 0;
        foreach (Digest subject in await image.SubjectsAsync(cancellationToken))
        {
            Descriptor? layer = (await own.FindAsync(subject, cancellationToken)).Layer;
            if (layer is null && (layer = (await other.FindAsync(subject, cancellationToken)).Layer) is not null)
            {
                Stream payload = await source.OpenBlobAsync(layer, cancellationToken)
                    ?? throw new ContentException($"{source.Name}: the payload {layer.Digest} of a signature is missing");
                await Layout.AddBlobAsync(layer, payload, cancellationToken);
                adopted++;
            }

            if (layer is not null)
                entries.Add(await StoreAsync(subject, layer, cancellationToken));
        }

        Layout.WriteIndex(new Oci.Index([.. entries]));
        return adopted;
    }

    /// <summary>
    /// Makes the signatures that are missing, then drops everything that is no signature by this signer of this image.
    /// Interrupted at any point, running it again ends with a whole store.
    /// </summary>
    /// <returns>How many signatures were made; 0 when all were there.</returns>
    /// <exception cref="ContentException">The image is not whole, or its index names no manifest.</exception>
    public async Task<int> SignAsync(SignedImage image, ISigner signer, CancellationToken cancellationToken)
    {
        SignatureCheck own = new(VerificationPolicy.RequireKey(signer.Key), Layout, image.Official);
        List<Descriptor> entries = [];
        int made = 0;
        foreach (Digest subject in await image.SubjectsAsync(cancellationToken))
        {
            Descriptor? layer = (await own.FindAsync(subject, cancellationToken)).Layer;
            if (layer is null)
            {
                byte[] payload = SimpleSigning.For(image.Official, subject).ToBytes();
                layer = SignatureManifest.LayerOf(payload, await signer.SignAsync(payload, cancellationToken));
                await Layout.AddBlobAsync(MediaType.SimpleSigning, payload, cancellationToken);
                made++;
            }

            entries.Add(await StoreAsync(subject, layer, cancellationToken));
        }

        Layout.WriteIndex(new Oci.Index([.. entries]));
        await Layout.RemoveUnreachableAsync(cancellationToken);
        return made;
    }

    /// <summary>Stores the manifest of one signature, whose payload is there; returns the index entry that names it.</summary>
    private async Task<Descriptor> StoreAsync(Digest subject, Descriptor layer, CancellationToken cancellationToken)
    {
        SignatureManifest manifest = new([layer]);
        await Layout.AddBlobAsync(MediaType.Config, manifest.Config, cancellationToken);
        Descriptor stored = await Layout.AddManifestAsync(manifest.Content, cancellationToken);
        return stored with { Annotations = Descriptor.NoAnnotations.Add(OciLayout.RefName, SignatureManifest.TagOf(subject)) };
    }
}
