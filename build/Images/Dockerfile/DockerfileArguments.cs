using System.Collections.Immutable;
using System.Globalization;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// The build arguments of an image's Dockerfile for one platform: all that has a version or a hash, from lock and definition, so
/// that no second list is kept. They are seen in no layer: the last stage of a Dockerfile uses none.
/// </summary>
public sealed record DockerfileArguments
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    public required AssemblyRequest Request { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>Where apt reads packages, over http or https.</summary>
    public required DebianMirror Debian { get; init; }

    /// <summary>What the stages begin with.</summary>
    public required string Base { get; init; }

    /// <summary>Where the Engine reads a file of upstream; as a rule its own address.</summary>
    public required Func<LockedFile, Uri> Locate { get; init; }

    public ImmutableSortedDictionary<string, string> ToMap()
    {
        LockedPackage[] packages = [.. Request.Lock.Packages.Where(package => package.Files.ContainsKey(Platform.Architecture))];
        var arguments = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        arguments["BASE"] = Base;
        arguments["DEBIAN_SOURCES"] = string.Join('\n', SourcesOf(Request.Lock, Debian, $"[signed-by={Keyring}] "));
        arguments["PACKAGES"] = string.Join(' ', packages.Select(package => $"{package.Name}={package.Versions[Platform.Architecture]}"));
        arguments["PACKAGE_SUMS"] = string.Join('\n', packages.Select(SumOf));
        arguments["WITHOUT"] = string.Join(' ', Request.Lock.Debian.Without);
        arguments["EXCLUDE"] = string.Join('\n', Request.Definition.Exclude.Where(entry => entry.IsFor(Platform)).Select(LineOf));
        arguments["SOURCE_DATE_EPOCH"] = Request.Lock.Timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        foreach (UpstreamFile file in Request.Definition.Upstream)
        {
            string name = file.Name.Replace('-', '_').ToUpperInvariant();
            LockedUpstream? locked = Request.Lock.Upstream.FirstOrDefault(locked => locked.Name == file.Name);
            if (file.IsOptional)
                arguments[name] = locked is null ? "without" : "with";
            if (locked?.Files.GetValueOrDefault(Platform.Architecture) is not { } wanted)
                continue;
            arguments[name + "_URL"] = Locate(wanted).AbsoluteUri;
            arguments[name + "_CHECKSUM"] = wanted.Digest.ToString();
        }

        return arguments.ToImmutable();
    }

    /// <summary>Lines of apt's <c>sources.list</c>: every suite of a lock from every place of a mirror, in the order of asking.</summary>
    /// <param name="options">In brackets, with a space behind; or empty.</param>
    /// <exception cref="ArgumentException">The mirror is a folder, which apt in a container does not see.</exception>
    public static IEnumerable<string> SourcesOf(ImageLock imageLock, DebianMirror mirror, string options)
    {
        ArgumentNullException.ThrowIfNull(imageLock);
        ArgumentNullException.ThrowIfNull(mirror);
        return from suite in imageLock.Suites
            from root in mirror.RootsOf(suite.Name)
            select root.IsFile
                ? throw new ArgumentException(
                    $"--debian-mirror {root.LocalPath}: apt in a container cannot read a folder of this machine; wanted an address"
                )
                : $"deb {options}{root.AbsoluteUri.TrimEnd('/')} {suite.Name} {string.Join(' ', imageLock.Debian.Components)}";
    }

    /// <summary>As apt calls the file: NAME_VERSION_ARCHITECTURE.deb, with the epoch's colon as %3a.</summary>
    private string SumOf(LockedPackage package)
    {
        LockedFile file = package.Files[Platform.Architecture];
        string architecture = file.Location.EndsWith("_all.deb", StringComparison.Ordinal) ? "all" : Platform.Architecture;
        return $"{file.Digest.Hex} "
            + $" {package.Name}_{package.Versions[Platform.Architecture].Replace(":", "%3a", StringComparison.Ordinal)}_{architecture}.deb";
    }

    private string LineOf(Exclusion entry)
    {
        string Words(IEnumerable<PathPattern> patterns) => string.Join(' ', patterns.Select(pattern => pattern.TextFor(Platform)));
        return Words(entry.Paths) + (entry.Except.IsEmpty ? "" : " ! " + Words(entry.Except));
    }
}
