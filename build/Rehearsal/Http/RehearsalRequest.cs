namespace Slipway.Rehearsal;

/// <summary>A request as it came in.</summary>
/// <param name="Number">Counts from 1 in the order of arrival.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">Without query.</param>
/// <param name="HasAuthorization">Whether it carried an Authorization field.</param>
public sealed record RehearsalRequest(long Number, string Method, string Path, bool HasAuthorization)
{
    /// <summary>With its question mark; empty when there is none.</summary>
    public string Query { get; init; } = "";
}
