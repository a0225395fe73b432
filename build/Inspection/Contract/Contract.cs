using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// What must hold of an image beyond the rules that hold for all, and which exceptions those have: as
/// <c>images/NAME/contract.yaml</c> says it; <c>images/contract.schema.json</c> describes the file for editors.
/// </summary>
public sealed record Contract
{
    public const string FileName = "contract.yaml";

    /// <summary>Folders of programs that run on the host, outside of the image: they must be static.</summary>
    public ImmutableArray<string> HostPrograms { get; init; } = [];

    /// <summary>Texts that upstream's files must contain.</summary>
    public ImmutableArray<ExpectedVersion> Versions { get; init; } = [];

    /// <summary>What must be there though nothing names it: libraries that programs load while they run.</summary>
    public ImmutableArray<Requirement> Requires { get; init; } = [];

    /// <summary>One for each layer.</summary>
    public required ImmutableArray<LayerBudget> Budgets { get; init; }

    /// <summary>What is run in containers before a release, where an Engine is.</summary>
    public ImmutableArray<ContractCommand> Commands { get; init; } = [];

    /// <summary>The allowed exceptions, each list under its key.</summary>
    public ImmutableDictionary<string, ImmutableArray<Allowance>> Exceptions { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<Allowance>>(StringComparer.Ordinal);
}

/// <summary>One path that a rule does not hold for.</summary>
/// <param name="Path">Absolute, without the leading slash; may hold <c>{multiarch}</c>.</param>
/// <param name="Value">What exactly is allowed there: a mode, or what is needed and missing; null for whatever there is.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Platforms">Where; none = everywhere.</param>
public sealed record Allowance(string Path, string? Value, string Reason, ImmutableArray<Platform> Platforms);

/// <summary>A text that a file must contain.</summary>
/// <param name="Path">Without the leading slash.</param>
/// <param name="Contains">May hold <c>{version}</c>, the image's.</param>
public sealed record ExpectedVersion(string Path, string Contains);

/// <summary>Something that must be there.</summary>
/// <param name="Path">Without the leading slash, may hold <c>{multiarch}</c>; null when a library is meant.</param>
/// <param name="SoName">A library's name, to be found where loaders search by default; null when a path is meant.</param>
public sealed record Requirement(string? Path, string? SoName, string Reason, ImmutableArray<Platform> Platforms);

/// <summary>How large a layer may be, in MiB.</summary>
/// <param name="Layer">As the definition names it.</param>
public sealed record LayerBudget(string Layer, int CompressedMiB, int UnpackedMiB);
