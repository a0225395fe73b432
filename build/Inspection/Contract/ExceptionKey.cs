using System.Collections.Immutable;

namespace Slipway.Inspection;

/// <summary>A list of exceptions in a contract.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Value">The key of what exactly is allowed; null when a path is all there is to say.</param>
/// <param name="IsValueNeeded">Whether an entry must say it.</param>
public sealed record ExceptionKey(string Name, string? Value = null, bool IsValueNeeded = false)
{
    public static readonly ExceptionKey Setuid = new("setuid", "mode");
    public static readonly ExceptionKey Setgid = new("setgid", "mode");
    public static readonly ExceptionKey WorldWritable = new("worldWritable", "mode");
    public static readonly ExceptionKey Capabilities = new("capabilities");
    public static readonly ExceptionKey DanglingLinks = new("danglingLinks");
    public static readonly ExceptionKey MissingInterpreters = new("missingInterpreters", "needs", IsValueNeeded: true);
    public static readonly ExceptionKey UnresolvedLibraries = new("unresolvedLibraries", "needs", IsValueNeeded: true);
    public static readonly ExceptionKey OtherMachines = new("otherMachines");
    public static readonly ExceptionKey DynamicHostPrograms = new("dynamicHostPrograms");
    public static readonly ExceptionKey Secrets = new("secrets");

    public static readonly ImmutableArray<ExceptionKey> All =
    [
        Setuid,
        Setgid,
        WorldWritable,
        Capabilities,
        DanglingLinks,
        MissingInterpreters,
        UnresolvedLibraries,
        OtherMachines,
        DynamicHostPrograms,
        Secrets,
    ];
}
