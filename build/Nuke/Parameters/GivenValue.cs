namespace Nuke.Common.Parameters;

/// <summary>The text of a value, where it was given, and what its relative paths are relative to.</summary>
/// <param name="Values">One text per value; empty when only the name was given.</param>
/// <param name="Source">In words for an error: <c>--images</c>, <c>SLIPWAY_IMAGES</c>, <c>.nuke/parameters.json: Images</c>.</param>
/// <param name="Base">A rooted folder.</param>
/// <param name="Origin">
/// The kind of place, in words for help: <c>command line</c>, <c>environment SLIPWAY_IMAGES</c>, <c>.nuke/parameters.json</c>.
/// </param>
internal sealed record GivenValue(IReadOnlyList<string> Values, string Source, string Base, string Origin);
