using Slipway.Definitions;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>An image of ours as verification knows it.</summary>
internal static class KnownDefinition
{
    public static KnownImage Known(this ImageDefinition definition) =>
        new(definition.Name, definition.Title, definition.Source, [.. definition.Repositories]);
}
