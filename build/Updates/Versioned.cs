using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>Something of a definition that has a version and a place where newer ones are found.</summary>
/// <param name="Subject">The image's name, or the upstream file's.</param>
/// <param name="File">The upstream file with a version of its own; null when the image's is meant.</param>
public sealed record Versioned(string Subject, string? File, ReleaseVersion Version, VersionChannel Channel)
{
    /// <summary>All there are in a definition, the image's first.</summary>
    public static IEnumerable<Versioned> Of(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        IEnumerable<Versioned> own = definition.Releases is { } releases
            ? [new Versioned(definition.Name, null, ReleaseVersion.Parse(definition.Version), releases)]
            : [];
        return own.Concat(
            definition
                .Upstream.Where(file => file.Releases is not null)
                .Select(file => new Versioned(file.Name, file.Name, ReleaseVersion.Parse(file.Version), file.Releases!))
        );
    }
}
