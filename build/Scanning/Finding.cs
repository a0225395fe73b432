using System.Collections.Immutable;
using Slipway.Advisories;
using Slipway.Oci;
using Slipway.Vex;

namespace Slipway.Scanning;

/// <summary>
/// A weakness of a package of an image. Its identity, for whoever judges it afterwards: <see cref="Names"/>, ecosystem, package, version.
/// </summary>
public sealed record Finding
{
    /// <summary>Of Debian the CVE number, of Go the database's name.</summary>
    public required string Id { get; init; }

    /// <summary>Other names of the same, in ordinal order.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    public required PackageEcosystem Ecosystem { get; init; }

    /// <summary>The binary package or module.</summary>
    public required string Package { get; init; }

    /// <summary>Null where nobody knows it.</summary>
    public required string? Version { get; init; }

    /// <summary>Of a Debian package.</summary>
    public SourcePackage? Source { get; init; }

    /// <summary>On which platforms and in which programs; at least one.</summary>
    public required ImmutableArray<FindingPlace> Places { get; init; }

    public AdvisoryStatus Status { get; init; }

    /// <summary>Why it has that status, in the database's words; empty where it says nothing.</summary>
    public string Reason { get; init; } = "";

    public AdvisorySeverity Severity { get; init; } = AdvisorySeverity.Unknown;

    /// <summary>Of the source package or module; null where nothing fixes it.</summary>
    public string? FixedVersion { get; init; }

    /// <summary>
    /// Whether a new lock would have the fix: it is in Debian's release. Upstream's programs are upstream's to build again.
    /// </summary>
    public bool IsFixable { get; init; }

    /// <summary>Go packages of the module that have it; none where all of the module is meant, and for Debian.</summary>
    public ImmutableArray<GoImport> Imports { get; init; } = [];

    public string Summary { get; init; } = "";

    /// <summary>What is judged of it at all of its places; null where nothing is.</summary>
    public VexVerdict? Judgement { get; init; }

    /// <summary>All names of it.</summary>
    public IEnumerable<string> Names => Aliases.Prepend(Id);

    /// <summary>
    /// Whether it says that something is wrong which could be mended: not what Debian calls unimportant, nor what nobody knows yet.
    /// </summary>
    public bool IsActionable => Status is not (AdvisoryStatus.Unimportant or AdvisoryStatus.Undetermined);

    /// <summary>Whether it is actionable and no judgement says that the image does not have it, or has it fixed.</summary>
    public bool IsOpen => IsActionable && Judgement is not { Status: VexStatus.NotAffected or VexStatus.Fixed };

    /// <summary>The same weakness by another database's record.</summary>
    internal Finding With(Finding other) =>
        this with
        {
            Aliases = [.. Names.Concat(other.Names).Where(name => name != Id).Distinct().Order(StringComparer.Ordinal)],
            Severity = Severity.Or(other.Severity),
            FixedVersion = FixedVersion ?? other.FixedVersion,
            IsFixable = IsFixable || other.IsFixable,
            Summary = Summary.Length == 0 ? other.Summary : Summary,
        };
}

/// <summary>Where a package is.</summary>
/// <param name="Purl">Its package URL there; null where there is none.</param>
/// <param name="Program">The program that a module is in; null for all else.</param>
public sealed record FindingPlace(Platform Platform, string? Purl, string? Program);
