namespace Slipway.StandIns;

/// <summary>A request that a <see cref="GitHubStandIn"/> got.</summary>
/// <param name="Path">Below the API, as it came: <c>/repos/OWNER/NAME/releases</c>.</param>
/// <param name="Query">With its question mark; empty for none.</param>
/// <param name="HasToken">Whether it came with an Authorization.</param>
public sealed record GitHubRequest(string Method, string Path, string Query, bool HasToken)
{
    /// <summary>Whether it went to the host that bytes are sent on to.</summary>
    public bool IsStorage { get; init; }

    public override string ToString() => $"{Method} {Path}{Query}";
}
