using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Advisories;
using Slipway.Archives;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Fetching;

namespace Slipway.Updates;

/// <summary>
/// What the packages of a lock fix of those of an older one, as advisories tell. No suite is asked: which source a package is built from
/// stands in the package itself, which the cache has.
/// </summary>
/// <param name="cache">Packages that it lacks are left out.</param>
/// <param name="spool">A file to unpack into; made and deleted.</param>
public sealed partial class LockedFixes(ContentCache cache, string spool)
{
    /// <summary>
    /// Ids by the name of the binary package, in ordinal order; a package that fixes nothing, or of which too little is known, is not
    /// there.
    /// </summary>
    /// <param name="read">Reads advisories about some sources.</param>
    /// <param name="number">Of Debian's release, <c>13</c>; null when it is not known.</param>
    public async Task<ImmutableDictionary<string, ImmutableArray<string>>> FindAsync(
        ImageLock was,
        ImageLock now,
        string? number,
        Func<AdvisoryScope, AdvisoryList> read,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(was);
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(read);
        List<Step> steps = [];
        foreach (LockedPackage package in now.Packages)
        {
            LockedPackage? before = was.Packages.FirstOrDefault(other => other.Name == package.Name);
            if (
                before is not null
                && VersionOf(before) != VersionOf(package)
                && await StepAsync(before, package, cancellationToken) is { } step
            )
                steps.Add(step);
        }

        if (steps.Count == 0)
            return ImmutableDictionary<string, ImmutableArray<string>>.Empty;
        AdvisoryList advisories = read(
            new AdvisoryScope(
                steps.Select(step => step.Source).ToHashSet(StringComparer.Ordinal),
                Lifecycle.CodenameOf(now.Suites[0].Name),
                number
            )
        );
        return steps
            .Select(step =>
                (
                    step.Package,
                    Fixes: advisories
                        .FixedBetween(step.Source, step.From, step.To)
                        .Distinct()
                        .Order(StringComparer.Ordinal)
                        .ToImmutableArray()
                )
            )
            .Where(step => !step.Fixes.IsEmpty)
            .ToImmutableDictionary(step => step.Package, step => step.Fixes, StringComparer.Ordinal);
    }

    private static string VersionOf(LockedPackage package) => package.Versions.Values.First();

    private async Task<Step?> StepAsync(LockedPackage before, LockedPackage package, CancellationToken cancellationToken)
    {
        LockedFile file = package.Files.Values.First();
        if (cache.Find(file.Digest, file.Size) is not { } path)
            return null;
        await using FileStream stream = File.OpenRead(path);
        DebArchive deb = await DebArchive.ReadAsync(stream, spool, DebLimits.Default, cancellationToken);
        File.Delete(spool);
        // The field names a version where the binary package has one of its own (Debian policy, 5.6.1): how that one was numbered before is
        // unknown.
        Match field = SourceField().Match(deb.ControlFields.GetValueOrDefault("Source", package.Name));
        DebianVersion to = OfferedPackage.WithoutRebuild(DebianVersion.Parse(VersionOf(package)));
        return field.Success && (!field.Groups["version"].Success || DebianVersion.Parse(field.Groups["version"].Value) == to)
            ? new Step(package.Name, field.Groups["name"].Value, OfferedPackage.WithoutRebuild(DebianVersion.Parse(VersionOf(before))), to)
            : null;
    }

    [GeneratedRegex(@"^(?<name>[a-z0-9][a-z0-9+.-]+)(?: \((?<version>[^()\s]+)\))?\z")]
    private static partial Regex SourceField();

    /// <summary>A package's way from one version of its source to another.</summary>
    private sealed record Step(string Package, string Source, DebianVersion From, DebianVersion To);
}
