using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>A released file of another project: a loose program, or a <c>.tar.gz</c> whose members are taken by name.</summary>
public sealed record UpstreamFile
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Whether <see cref="Version"/> is the file's own, which moves by itself, rather than the image's.</summary>
    public required bool HasOwnVersion { get; init; }

    /// <summary>Where newer versions than the file's own are found; null when nobody says, or the version is the image's.</summary>
    public VersionChannel? Releases { get; init; }

    /// <summary>With <c>{version}</c>, <c>{release}</c> (the version without a label such as <c>-flannel1</c>) and <c>{arch}</c>.</summary>
    public required string UrlTemplate { get; init; }

    /// <summary>
    /// Where the project publishes the file's checksum, likewise; ends in <c>.sha256</c> or <c>.sha512</c>. Null when nobody says.
    /// </summary>
    public string? ChecksumTemplate { get; init; }

    /// <summary>Who signs the file, with the signature beside it; null when nobody says.</summary>
    public UpstreamSigner? Signer { get; init; }

    /// <summary>The most bytes the file may have while its size is not locked.</summary>
    public required long Limit { get; init; }

    /// <summary>
    /// Whether the image does without the file when it cannot be had. Nobody reviewed its checksums then: <c>Lock</c> takes them from
    /// <see cref="ChecksumTemplate"/>, which is there, and they prove no more than the connection that they came by.
    /// </summary>
    public required bool IsOptional { get; init; }

    /// <summary>By architecture: the checksum that a person reviewed; none when the file is optional.</summary>
    public required ImmutableSortedDictionary<string, Digest> Checksums { get; init; }

    public required ImmutableArray<Installation> Install { get; init; }

    /// <summary>Whether the file is an archive: it is when its installations name members.</summary>
    public bool IsArchive => Install.Any(installation => installation.Member is not null);

    public Uri Url(string architecture) => new(Fill(UrlTemplate, Version, architecture));

    public Uri? ChecksumUrl(string architecture) => ChecksumTemplate is null ? null : new(Fill(ChecksumTemplate, Version, architecture));

    /// <summary>The name of an installation's member for an architecture, without a leading <c>./</c>.</summary>
    /// <exception cref="InvalidOperationException">The installation is of the file itself.</exception>
    public string MemberOf(Installation installation, string architecture)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return Fill(installation.Member ?? throw new InvalidOperationException($"{Name}: installs no member"), Version, architecture);
    }

    internal static string Fill(string template, string version, string architecture) =>
        template
            .Replace("{version}", version, StringComparison.Ordinal)
            .Replace("{release}", version.Split('-')[0], StringComparison.Ordinal)
            .Replace("{arch}", architecture, StringComparison.Ordinal);
}

/// <summary>Where a file, or one member of an archive, goes.</summary>
/// <param name="Member">The member's name, with <c>{version}</c> and <c>{arch}</c>; null when the file itself is meant.</param>
/// <param name="To">Absolute in the image.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="StandIn">What a rehearsal may use when the host cannot be reached.</param>
public sealed record Installation(string? Member, string To, int Mode, StandInSource? StandIn);

/// <summary>The same program from a Debian package.</summary>
/// <param name="Package">The package's name.</param>
/// <param name="Path">The file's path in it, without a leading slash.</param>
public sealed record StandInSource(string Package, string Path);
