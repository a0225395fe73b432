namespace Slipway.Images;

/// <summary>Whose a path of an image is, in the words of <see cref="ContentEntry.Owner"/>.</summary>
public static class ContentOwner
{
    /// <summary>What the definition itself puts in.</summary>
    public const string Definition = "definition";

    /// <summary>What a Debian package ships.</summary>
    public static string OfPackage(string name) => "package " + name;

    /// <summary>What an upstream file holds.</summary>
    public static string OfUpstream(string name, string version) => $"upstream {name} {version}";

    /// <summary>What a finishing step made.</summary>
    public static string OfStep(string step) => "finishing step " + step;

    /// <summary>The step of an owner that is one; null for all others.</summary>
    public static string? StepOf(string owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        string steps = OfStep("");
        return owner.StartsWith(steps, StringComparison.Ordinal) ? owner[steps.Length..] : null;
    }
}
