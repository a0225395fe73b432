using Nuke.Common;
using Slipway.Oci;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What a copy is a copy of.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Verify, Save, Mirror, Reproduce: the repository that signatures of --reference must name, when it is a copy elsewhere; "
            + "--images NAME does the same"
    )]
    private readonly string? Official;

    private OfficialChoice Officials =>
        new(
            [.. AllDefinitions()],
            Images.Length == 0 ? [] : NamedImages(),
            Official is null ? null : ParseArgument(() => OfficialRepository(Official))
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

    private static Reference OfficialRepository(string text) =>
        Oci.Reference.Parse(text) is { Tag: null, Digest: null } repository
            ? repository
            : throw new ContentException(
                $"--official {Printable.Of(text)}: wanted a repository, as quay.io/poseidon/kubelet, without tag and digest"
            );
}
