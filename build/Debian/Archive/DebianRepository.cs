using System.IO.Compression;
using Slipway.Archives;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Debian;

/// <summary>
/// Reads suites of Debian's archive: a release whose signature counts, then its indexes by the hashes in it. Indexes go
/// through the content cache, so that a second run downloads only what changed.
/// </summary>
public sealed class DebianRepository
{
    private const int LongestRelease = 16 << 20;
    private const long LongestIndex = 1L << 30;

    /// <summary>The packed forms that can be read, the one to prefer first.</summary>
    private static readonly string[] Extensions = [".xz", ".gz"];

    private readonly OriginReader _reader;
    private readonly Download _download;
    private readonly Gpgv _gpgv;
    private readonly DebianMirror _mirror;

    public DebianRepository(OriginReader reader, Download download, Gpgv gpgv, DebianMirror mirror)
    {
        _reader = reader;
        _download = download;
        _gpgv = gpgv;
        _mirror = mirror;
    }

    /// <summary>By which no release may be from the future, a snapshot's neither.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The release of a suite, from the first root that has it, with signature, name and expiry checked.</summary>
    /// <param name="freshAt">The time at which it must not have expired; null for a snapshot, which always has.</param>
    /// <exception cref="ContentException">Signature, name or expiry are wrong; no other root is asked then.</exception>
    /// <exception cref="DownloadException">No root has it or can be reached.</exception>
    /// <exception cref="ToolMissingException">There is no gpgv.</exception>
    public async Task<DebianSuite> ReadSuiteAsync(string suite, DateTimeOffset? freshAt, CancellationToken cancellationToken)
    {
        string path = $"dists/{suite}/InRelease";
        List<RemoteException> failures = [];
        foreach (Uri root in _mirror.RootsOf(suite))
        {
            Origin origin = DebianMirror.Locate(root, path);
            byte[] signed;
            try
            {
                signed = await _reader.ReadSmallAsync(origin, LongestRelease, cancellationToken);
            }
            catch (RemoteException e)
            {
                failures.Add(e);
                continue;
            }

            string what = $"suite {suite}: {origin}";
            ReleaseFile release = ReleaseFile.Parse(await _gpgv.VerifyAsync(signed, what, cancellationToken), what);
            release.RequireSuite(suite);
            release.RequireNotFuture(suite, freshAt ?? Clock.GetUtcNow());
            if (freshAt is { } now)
                release.RequireFresh(suite, now);
            return new DebianSuite(suite, root, release, Digest.Of(signed));
        }

        throw new DownloadException($"suite {suite}", failures);
    }

    /// <summary>The packages of a suite's component for an architecture.</summary>
    /// <param name="component">As in the archive: <c>main</c>.</param>
    /// <exception cref="ContentException">The suite has no such index, or what came is not what the release names.</exception>
    /// <exception cref="DownloadException">It cannot be had.</exception>
    public async Task<PackageIndex> ReadPackagesAsync(
        DebianSuite suite,
        string component,
        string architecture,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(suite);
        string plain = $"{component}/binary-{architecture}/Packages";
        string what = $"{suite.Name} {plain}";
        ReleaseEntry entry = Extensions
            .Select(extension => suite.Release.Files.GetValueOrDefault(plain + extension))
            .FirstOrDefault(found => found is not null)
            ?? throw new ContentException(
                $"{what}: the release names none of {string.Join(", ", Extensions.Select(extension => plain + extension))}"
            );
        WantedContent wanted = new()
        {
            What = what,
            Digest = entry.Digest,
            Size = entry.Size,
        };
        string path = await _download.FetchAsync(new DownloadItem(wanted, OriginsOf(suite, entry)), cancellationToken);

        await using FileStream file = File.OpenRead(path);
        // Proven again while it is read, and so is the text in it: a cache is a folder that anything may have touched.
        using Stream packed = new VerifyingStream(file, entry.Digest, entry.Size, entry.Size, what);
        using Stream text = Bounded(Unpacked(packed, entry), suite.Release.Files.GetValueOrDefault(plain), what);
        PackageIndex index = PackageIndex.Read(text, suite.Name, architecture, cancellationToken);
        await packed.CopyToAsync(Stream.Null, cancellationToken);
        return index;
    }

    private static Stream Unpacked(Stream packed, ReleaseEntry entry) =>
        entry.Path.EndsWith(".xz", StringComparison.Ordinal)
            ? new XzStream(packed, outputLimit: LongestIndex)
            : new GZipStream(packed, CompressionMode.Decompress);

    private static List<Origin> OriginsOf(DebianSuite suite, ReleaseEntry entry)
    {
        List<Origin> origins = [];
        string folder = entry.Path[..(entry.Path.LastIndexOf('/') + 1)];
        if (suite.Release.HasByHash)
            origins.Add(DebianMirror.Locate(suite.Root, $"dists/{suite.Name}/{folder}by-hash/SHA256/{entry.Digest.Hex}"));
        origins.Add(DebianMirror.Locate(suite.Root, $"dists/{suite.Name}/{entry.Path}"));
        return origins;
    }

    /// <summary>The text of the size and hash that the release names for it, else of a size that is still sane.</summary>
    private static Stream Bounded(Stream text, ReleaseEntry? entry, string what) =>
        entry is null ? new CountingStream(text, Limit(what)) : new VerifyingStream(text, entry.Digest, entry.Size, entry.Size, what);

    private static Action<int> Limit(string what)
    {
        long left = LongestIndex;
        return count =>
        {
            left -= count;
            if (left < 0)
                throw new ContentException($"{what}: wanted at most {LongestIndex} bytes unpacked, got more");
        };
    }
}

/// <summary>A suite whose release was verified.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Root">The archive's root that the release came from, ending in a slash.</param>
/// <param name="Release">What the suite holds.</param>
/// <param name="InRelease">The digest of the signed file that said so.</param>
public sealed record DebianSuite(string Name, Uri Root, ReleaseFile Release, Digest InRelease);
