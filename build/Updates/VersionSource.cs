using System.Text;
using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Updates;

/// <summary>
/// Asks the channels of a definition what is newest. What comes is hostile input: bounded, one version, of the line that was asked for.
/// </summary>
/// <param name="reader">Reads version files.</param>
/// <param name="mirror">Where from.</param>
/// <param name="releases">Lists GitHub's releases.</param>
public sealed class VersionSource(OriginReader reader, UpstreamMirror mirror, IReleaseList releases)
{
    /// <summary>The most bytes of a version file.</summary>
    public const int Limit = 128;

    /// <param name="versioned">What has the version.</param>
    /// <exception cref="ContentException">What the channel says is no version, or one of another line than was asked for.</exception>
    /// <exception cref="RemoteException">The channel cannot be asked, or only over plain http.</exception>
    public async Task<UpstreamUpdate> AskAsync(Versioned versioned, VersionReach reach, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versioned);
        ReleaseVersion locked = versioned.Version;
        (ReleaseVersion newest, ReleaseVersion latest) = versioned.Channel switch
        {
            KubernetesChannel files => (
                await ReadAsync(files, locked, reach, cancellationToken),
                await ReadAsync(files, locked, VersionReach.Major, cancellationToken)
            ),
            GitHubChannel repository => await ListAsync(repository, locked, reach, cancellationToken),
            _ => throw new ArgumentException($"{versioned.Subject}: unknown channel {versioned.Channel}", nameof(versioned)),
        };
        return new UpstreamUpdate(versioned.Subject, versioned.File, locked, versioned.Channel, newest, latest);
    }

    /// <summary>The file that names the newest version within reach of another.</summary>
    internal static Uri FileOf(KubernetesChannel channel, ReleaseVersion version, VersionReach reach) =>
        new(
            reach switch
            {
                VersionReach.Patch => $"{channel.Base}/stable-{version.MinorName}.txt",
                VersionReach.Minor => $"{channel.Base}/stable-{version.Major}.txt",
                _ => $"{channel.Base}/stable.txt",
            }
        );

    private async Task<ReleaseVersion> ReadAsync(
        KubernetesChannel channel,
        ReleaseVersion locked,
        VersionReach reach,
        CancellationToken cancellationToken
    )
    {
        Uri address = FileOf(channel, locked, reach);
        Origin origin = mirror.Locate(address);
        if (!origin.IsAuthentic)
            throw new RemoteException(
                RemoteFault.Refused,
                $"{origin}: the newest version is not read over plain http. Name a mirror that is a folder or https"
            );
        ReleaseVersion version = ParseFile(await reader.ReadSmallAsync(origin, Limit, cancellationToken), origin.ToString());
        return version.MayFollow(locked, reach)
            ? version
            : throw new ContentException($"{origin}: wanted a release {Line(locked, reach)}, got {version}");
    }

    /// <summary>The one version that a file holds, with or without a line end.</summary>
    /// <exception cref="ContentException">It holds something else.</exception>
    internal static ReleaseVersion ParseFile(ReadOnlySpan<byte> bytes, string what)
    {
        string text = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, Limit)]);
        string line = text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
        return bytes.Length <= Limit && ReleaseVersion.TryParse(line) is { } version
            ? version
            : throw new ContentException($"{what}: wanted one version as vX.Y.Z and nothing else, got '{Printable.Of(text)}'");
    }

    private async Task<(ReleaseVersion Newest, ReleaseVersion Latest)> ListAsync(
        GitHubChannel channel,
        ReleaseVersion locked,
        VersionReach reach,
        CancellationToken cancellationToken
    )
    {
        // A repository may release other things too: what is no version is none of this line.
        ReleaseVersion[] found =
        [
            .. (await releases.TagsAsync(channel.Repository, cancellationToken))
                .Select(ReleaseVersion.TryParse)
                .OfType<ReleaseVersion>()
                .Where(version => version.MayFollow(locked, VersionReach.Major))
                .Order(),
        ];
        ReleaseVersion? newest = found.LastOrDefault(version => version.MayFollow(locked, reach));
        return newest is not null
            ? (newest, found[^1])
            : throw new ContentException($"{channel}: wanted a release {Line(locked, reach)}, got none among {found.Length} versions");
    }

    private static string Line(ReleaseVersion locked, VersionReach reach) =>
        reach switch
        {
            VersionReach.Patch => $"of v{locked.MinorName}",
            VersionReach.Minor => $"of v{locked.Major}",
            _ => $"like {locked}",
        };
}
