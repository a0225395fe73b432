using Nuke.Common;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What a copy is a copy of.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Verify, Save, Mirror, Reproduce, Scan: the repository that signatures of --reference must name, when it is a copy elsewhere; "
            + "--images NAME does the same"
    )]
    private readonly string? Official;

    private OfficialChoice Officials =>
        new(
            [.. AllDefinitions().Select(definition => definition.Known())],
            Images.Length == 0 ? [] : NamedImages(),
            Official is null ? null : ParseArgument(() => Argument.OfficialRepository(Official))
        );

    /// <summary>What is built here is what its definition says.</summary>
    private void RequireReferenceOfOfficial()
    {
        if (Official is not null && Reference is null)
            throw new WorkflowException(
                "--official: it names the original of --reference, which is missing. Give both",
                FailureKind.WrongUse
            );
    }
}
