using System.Text.Json;

namespace Slipway.Vex;

/// <summary>
/// How a flaw and a product relate (OpenVEX specification, "Status Labels"); the first is the one to be most careful about.
/// </summary>
public enum VexStatus
{
    Affected,
    UnderInvestigation,
    Fixed,
    NotAffected,
}

/// <summary>Why a product is not affected (OpenVEX specification, "Status Justifications").</summary>
public enum VexJustification
{
    ComponentNotPresent,
    VulnerableCodeNotPresent,
    VulnerableCodeNotInExecutePath,
    VulnerableCodeCannotBeControlledByAdversary,
    InlineMitigationsAlreadyExist,
}

/// <summary>The labels of OpenVEX, as documents and <c>vex.yaml</c> have them: <c>not_affected</c>.</summary>
public static class VexWord
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>All of them, in their order.</summary>
    public static IEnumerable<string> All<T>()
        where T : struct, Enum => Enum.GetValues<T>().Select(Of);

    /// <summary>Null for another text, and for the same in other letters.</summary>
    public static T? Parse<T>(string text)
        where T : struct, Enum => Enum.GetValues<T>().Cast<T?>().FirstOrDefault(value => Of(value!.Value) == text);
}
