using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;
using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>
/// Sigstore's public good instance: where its TUF repository is, and what that held when this program was made (PublicGood/ORIGIN).
/// </summary>
public sealed partial class PublicGood : ITufRepository
{
    /// <summary>The target file with the authorities and logs to believe.</summary>
    public const string TrustedRoot = "trusted_root.json";

    private PublicGood() { }

    /// <summary>Where the repository is.</summary>
    public static Uri Address { get; } = new("https://tuf-repo-cdn.sigstore.dev/");

    /// <summary>The files that this program brings along, as a repository.</summary>
    public static PublicGood Embedded { get; } = new();

    /// <summary>The day of the files that this program brings along.</summary>
    public static DateOnly Date { get; } = new(2026, 8, 21);

    /// <summary>The root that this program believes.</summary>
    public static ReadOnlyMemory<byte> Root => Find("root.json")!.Value;

    public Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken)
    {
        // They lie there under their plain names: 165.snapshot.json is snapshot.json.
        Match name = Name().Match(path);
        return name.Success && Find(name.Groups["name"].Value) is { } content
            ? Task.FromResult(content)
            : throw new RemoteException(RemoteFault.NotFound, $"{path}: this program does not bring it along");
    }

    private static ReadOnlyMemory<byte>? Find(string name)
    {
        Assembly here = Assembly.GetExecutingAssembly();
        using Stream? plain = here.GetManifestResourceStream(name),
            packed = plain is null ? here.GetManifestResourceStream(name + ".gz") : null;
        if ((plain ?? packed) is null)
            return null;
        using MemoryStream content = new();
        if (plain is not null)
            plain.CopyTo(content);
        else
            Unpack(packed!, content);
        return content.ToArray();
    }

    private static void Unpack(Stream packed, Stream content)
    {
        using GZipStream unpacked = new(packed, CompressionMode.Decompress);
        unpacked.CopyTo(content);
    }

    [GeneratedRegex(
        @"\A(?:(?:[0-9]+\.)?(?<name>timestamp\.json|snapshot\.json|targets\.json)|targets/[0-9a-f]{64}\.(?<name>trusted_root\.json))\z"
    )]
    private static partial Regex Name();
}
