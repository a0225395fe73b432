using System.Text.Json;

namespace Slipway.Verification;

/// <summary>What building a release a second time came to; the greater, the worse.</summary>
public enum ReproductionResult
{
    /// <summary>The same digests, so the same bytes.</summary>
    Identical,

    /// <summary>The same archives and the same configuration; the archives are compressed otherwise, as by another runtime.</summary>
    SameContent,

    /// <summary>Something else.</summary>
    Different,
}

/// <summary>The results as words.</summary>
public static class ReproductionResults
{
    /// <summary>As in <c>same-content</c>.</summary>
    public static string Name(this ReproductionResult result) => JsonNamingPolicy.KebabCaseLower.ConvertName(result.ToString());
}
