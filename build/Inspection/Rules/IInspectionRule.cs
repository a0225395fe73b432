namespace Slipway.Inspection;

/// <summary>Something that must hold of every platform of every image.</summary>
internal interface IInspectionRule
{
    /// <summary>What breaks it, in ordinal order of the paths as far as it is about paths; none when it holds.</summary>
    IEnumerable<Violation> Check(InspectedPlatform image);
}
