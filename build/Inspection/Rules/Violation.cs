using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>Something of an image that must not be.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Platform">On which platform.</param>
/// <param name="Path">Absolute in the image; for what is no file, what it is: <c>layer tools</c>.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Problem">What was wanted and got.</param>
/// <param name="Mend">What to do.</param>
public sealed record Violation(string Image, Platform Platform, string Path, string Rule, string Problem, string Mend)
{
    public override string ToString() => $"{Image} {Platform}: {Path}: {Rule}: {Problem}. {Mend}";
}
