namespace Slipway.Debian;

/// <summary>How a version must stand to the named one.</summary>
public enum VersionOrder
{
    Any,
    Earlier,
    EarlierOrEqual,
    Exactly,
    LaterOrEqual,
    Later,
}

/// <summary>
/// One alternative of a relationship field, <c>name[:qualifier] [(order version)]</c> (Debian policy 7.1): a package, or
/// a name that others provide, perhaps of certain versions only.
/// </summary>
public sealed record PackageRelation
{
    public required string Name { get; init; }

    /// <summary><c>any</c>, <c>native</c> or an architecture; null when the relation names none.</summary>
    public string? Qualifier { get; init; }

    public VersionOrder Order { get; init; }

    /// <summary>Null exactly when <see cref="Order"/> is <see cref="VersionOrder.Any"/>.</summary>
    public DebianVersion? Version { get; init; }

    /// <summary>Whether a version is one that this relation means.</summary>
    public bool Accepts(DebianVersion version) =>
        Order switch
        {
            VersionOrder.Any => true,
            VersionOrder.Earlier => version < Version!,
            VersionOrder.EarlierOrEqual => version <= Version!,
            VersionOrder.Exactly => version == Version!,
            VersionOrder.LaterOrEqual => version >= Version!,
            _ => version > Version!,
        };

    public override string ToString()
    {
        string name = Qualifier is null ? Name : $"{Name}:{Qualifier}";
        return Order == VersionOrder.Any ? name : $"{name} ({Sign} {Version})";
    }

    private string Sign =>
        Order switch
        {
            VersionOrder.Earlier => "<<",
            VersionOrder.EarlierOrEqual => "<=",
            VersionOrder.Exactly => "=",
            VersionOrder.LaterOrEqual => ">=",
            _ => ">>",
        };
}
