using System.Text;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Verification;
using Index = Slipway.Oci.Index;

namespace Slipway.Graph.Tests;

/// <summary>
/// Each starts from a release that passes down to every path, changes one thing, and asserts the exact reason, whichever form its
/// signatures and statements are stored in. What is changed in a statement is signed again: the holder of the key was made to.
/// </summary>
public sealed class ReleaseTamperingTests(SignedTools tools) : IClassFixture<SignedTools>
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Untouched_it_passes_in_either_form(int form)
    {
        using ToolsCopy copy = await tools.CopyAsync();
        copy.Leave((StoredForm)form);
        Assert.True((await copy.VerifyAsync()).Passed);
    }

    public static TheoryData<string, FailureReason, string> Named { get; } =
    [.. ReleaseTamperingCases.All.Select(change => (change.Key, change.Value.Reason, change.Value.Text))];

    [Theory]
    [MemberData(nameof(Named))]
    public async Task One_changed_thing_has_its_reason(string what, FailureReason reason, string text)
    {
        foreach (StoredForm form in Enum.GetValues<StoredForm>())
        {
            using ToolsCopy copy = await tools.CopyAsync();
            await ReleaseTamperingCases.All[what].Do(copy);
            copy.Leave(form);
            SubjectVerdict[] failures = [.. (await copy.VerifyAsync()).Failures];
            Assert.NotEmpty(failures);
            Assert.All(failures, failure => Assert.Equal((form, reason), (form, failure.Failure)));
            Assert.Contains(text, failures[^1].Text, StringComparison.Ordinal);
        }
    }
}
