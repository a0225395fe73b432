using Slipway.Archives;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Sigstore;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// Sigstore's trusted root as an archive carries it: the one that the archive's release was verified with. It proves nothing, since whoever
/// made the archive wrote it; it is believed where somebody names its digest, and nowhere else.
/// </summary>
public static class CarriedRoot
{
    /// <summary>The file's name, beside the layout's own files.</summary>
    public const string FileName = "trusted_root.json";

    /// <summary>Which trusted root somebody names by its digest; null where nobody does.</summary>
    /// <param name="option">Of the command line.</param>
    /// <exception cref="WrongUseException">It is no digest, or not the policy's.</exception>
    public static Digest? Named(string? option, PolicyFile? policy)
    {
        Digest? named = option is null ? null : Argument.Parse(() => Digest.Parse(option));
        return named is null || policy?.TrustedRoot is not { } pinned || pinned == named
            ? named ?? policy?.TrustedRoot
            : throw new WrongUseException($"--trusted-root-digest {named}: the policy wants {pinned}. Leave out the one that is wrong");
    }

    /// <summary>The trusted root with a digest: the one that the files carry, or the one that is believed anyway.</summary>
    /// <param name="wanted">SHA-256 of the file.</param>
    /// <param name="files">What is verified; null where that is in a registry, which carries none.</param>
    /// <param name="believed">What is believed anyway.</param>
    /// <param name="scratch">An existing folder for what is unpacked on the way; used for an archive alone.</param>
    /// <exception cref="ContentException">There is none with this digest, or the archive is damaged.</exception>
    /// <exception cref="SigningKeyException">The one that is believed anyway cannot be read.</exception>
    public static async Task<SigstoreInstance> ChooseAsync(
        Digest wanted,
        LocalReference? files,
        SigstoreInstance believed,
        Func<string> scratch,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(believed);
        byte[]? carried = files is null ? null : Find(files, scratch, cancellationToken);
        if (carried is not null && wanted.Matches(carried))
        {
            // What has the digest is what somebody believes; what it says is read where it is used.
            _ = TrustedRoot.Parse(carried);
            return new SigstoreInstance
            {
                ReadPublicRoot = _ => Task.FromResult<ReadOnlyMemory<byte>>(carried),
                SigningConfig = believed.SigningConfig,
            };
        }

        ReadOnlyMemory<byte> own = await believed.ReadContentAsync(cancellationToken);
        return wanted.Matches(own.Span)
            ? believed
            : throw new ContentException(
                $"trusted root: wanted {wanted}, but "
                    + (
                        files is null ? ""
                        : carried is null ? $"{files.Path} carries none, and "
                        : $"{files.Path} carries {Digest.Of(carried)}, and "
                    )
                    + $"the one in use is {Digest.Of(own.Span)}; nothing was verified. Give the file by --trusted-root"
            );
    }

    private static byte[]? Find(LocalReference files, Func<string> scratch, CancellationToken cancellationToken)
    {
        if (files.IsArchive)
            return LayoutArchive.ReadBeside(files.Path, FileName, TrustedRoot.MaximumSize, scratch(), cancellationToken);
        string file = Path.Combine(files.Path, FileName);
        try
        {
            return File.Exists(file) ? RegularFile.ReadBytes(file, TrustedRoot.MaximumSize) : null;
        }
        catch (UnfitFileException e)
        {
            throw new ContentException(e.Message, e);
        }
    }
}
