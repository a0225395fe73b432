using System.Collections.Immutable;
using Slipway.Elf;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// A contract as it holds on one platform: placeholders filled in, entries of other platforms left out. It notes which
/// exceptions were needed, so that those which nobody needs any more are told.
/// </summary>
internal sealed class PlatformContract
{
    private readonly Dictionary<string, List<Allowance>> _exceptions;
    private readonly HashSet<(string Key, Allowance Entry)> _used = [];

    public PlatformContract(Contract contract, string version, Platform platform)
    {
        string Fill(string text) =>
            text.Replace("{multiarch}", ElfMachine.Of(platform).Tuple, StringComparison.Ordinal)
                .Replace("{arch}", platform.Architecture, StringComparison.Ordinal)
                .Replace("{version}", version, StringComparison.Ordinal);
        bool Here(ImmutableArray<Platform> platforms) => platforms.IsEmpty || platforms.Contains(platform);
        HostPrograms = contract.HostPrograms;
        Versions = [.. contract.Versions.Select(expected => new ExpectedVersion(Fill(expected.Path), Fill(expected.Contains)))];
        Requires =
        [
            .. contract
                .Requires.Where(required => Here(required.Platforms))
                .Select(required => required with { Path = required.Path is null ? null : Fill(required.Path) }),
        ];
        Budgets = contract.Budgets;
        _exceptions = contract.Exceptions.ToDictionary(
            pair => pair.Key,
            pair =>
                pair.Value.Where(entry => Here(entry.Platforms))
                    .Select(entry => entry with { Path = Fill(entry.Path), Value = entry.Value is null ? null : Fill(entry.Value) })
                    .ToList(),
            StringComparer.Ordinal
        );
    }

    public ImmutableArray<string> HostPrograms { get; }

    public ImmutableArray<ExpectedVersion> Versions { get; }

    public ImmutableArray<Requirement> Requires { get; }

    public ImmutableArray<LayerBudget> Budgets { get; }

    /// <summary>The exceptions that nothing has needed so far, with the keys of their lists.</summary>
    public IEnumerable<(string Key, Allowance Entry)> Unused =>
        from list in _exceptions.OrderBy(pair => pair.Key, StringComparer.Ordinal)
        from entry in list.Value
        where !_used.Contains((list.Key, entry))
        select (list.Key, entry);

    /// <summary>Whether the contract allows this; what it allows counts as used from then on.</summary>
    /// <param name="path">Without the leading slash.</param>
    /// <param name="value">What was found there: a mode, a name that is missing.</param>
    public bool Allows(ExceptionKey key, string path, string? value = null)
    {
        if (!_exceptions.TryGetValue(key.Name, out List<Allowance>? list))
            return false;
        // What says more exactly what it allows comes first, so that a second entry for the same is needless.
        Allowance? fitting = list.Where(entry => entry.Path == path && (entry.Value is null || entry.Value == value))
            .MinBy(entry => entry.Value is null);
        if (fitting is not null)
            _used.Add((key.Name, fitting));
        return fitting is not null;
    }
}
