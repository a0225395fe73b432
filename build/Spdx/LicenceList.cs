using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Slipway.Spdx;

/// <summary>
/// The names that SPDX has for licences and exceptions, in <c>licences.txt</c> and <c>exceptions.txt</c>: those of its
/// list at the end of 2026 that are not deprecated. Letter case does not tell names apart (annex D.2).
/// </summary>
internal static class LicenceList
{
    private static readonly FrozenSet<string> Licences = Read("licences");
    private static readonly FrozenSet<string> Exceptions = Read("exceptions");

    /// <param name="name">In any letter case.</param>
    /// <param name="id">As SPDX writes it.</param>
    public static bool Has(string name, [NotNullWhen(true)] out string? id) => Licences.TryGetValue(name, out id);

    /// <inheritdoc cref="Has"/>
    public static bool HasException(string name, [NotNullWhen(true)] out string? id) => Exceptions.TryGetValue(name, out id);

    private static FrozenSet<string> Read(string resource)
    {
        using StreamReader reader = new(typeof(LicenceList).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
