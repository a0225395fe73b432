namespace Slipway.Inspection;

/// <summary>Every exception of the contract is needed; it must be asked after all other rules.</summary>
internal sealed class UnusedRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image) =>
        image.Contract.Unused.Select(unused =>
            image.Violation(
                unused.Entry.Path,
                "unused",
                $"nothing needs its entry under '{unused.Key}'{(unused.Entry.Value is null ? "" : $" for {unused.Entry.Value}")}",
                $"Remove the entry from images/{image.Definition.Name}/{Contract.FileName}, or limit its 'platforms'"
            )
        );
}
