using Slipway.Graph.Tests;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// slipway-verify, native code in a process of its own, has the verdict of Verify on everything that can be done to a release: in a
/// registry, and in files down to every path.
/// </summary>
public sealed class SameVerdictTests(TamperedReleases made, SignedTools tools, ITestOutputHelper output)
    : IClassFixture<TamperedReleases>,
        IClassFixture<SignedTools>
{
    private const long MostMemory = 100_000_000;

    public static TheoryData<string> InRegistry { get; } = [.. TamperedReleaseCases.All.Keys];

    public static TheoryData<string> InFiles { get; } = [.. ReleaseTamperingCases.All.Keys];

    [Theory]
    [MemberData(nameof(InRegistry))]
    public async Task What_was_done_in_a_registry_is_refused_as_Verify_refuses_it(string what)
    {
        VerifyProgram program = await CompiledProgram.GetAsync();
        var (tagOf, reason, tamper) = TamperedReleaseCases.All[what];
        await using TamperedRegistry at = await made.CopyAsync();
        await tamper(at);
        ChildResult refused = await at.AssertSameVerdictAsync(program, $"{TamperedRegistry.Official}:{tagOf(made)}");
        Assert.Equal(65, refused.ExitCode);
        Assert.Contains(reason, refused.Output + refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(InFiles))]
    public async Task What_was_done_in_files_is_judged_as_Verify_judges_it(string what)
    {
        VerifyProgram program = await CompiledProgram.GetAsync();
        foreach (StoredForm form in Enum.GetValues<StoredForm>())
        {
            using ToolsCopy copy = await tools.CopyAsync();
            await ReleaseTamperingCases.All[what].Do(copy);
            copy.Leave(form);
            await VerdictOf(copy).AssertSameAsync(program);
        }
    }

    [Fact]
    public async Task Untouched_every_form_passes_in_little_memory()
    {
        VerifyProgram program = await CompiledProgram.GetAsync() with { MeasuresMemory = true };
        foreach (StoredForm form in Enum.GetValues<StoredForm>())
        {
            using ToolsCopy copy = await tools.CopyAsync();
            copy.Leave(form);
            ChildResult passed = (await VerdictOf(copy).AssertSameAsync(program)).Require();
            output.WriteLine($"{form}: {passed.Duration.TotalMilliseconds:0} ms, {passed.PeakResident / 1e6:0.0} MB");
            Assert.InRange(passed.PeakResident, 1, MostMemory);
        }

        await using TamperedRegistry at = await made.CopyAsync();
        foreach (int release in (int[])[0, 1, 2])
        {
            ChildResult passed = await at.AssertSameVerdictAsync(program, $"{TamperedRegistry.Official}:{made.Release(release)}");
            output.WriteLine($"registry: {passed.Duration.TotalMilliseconds:0} ms, {passed.PeakResident / 1e6:0.0} MB");
            Assert.Equal(0, passed.ExitCode);
            Assert.InRange(passed.PeakResident, 1, MostMemory);
        }
    }

    private FilesVerdict VerdictOf(ToolsCopy copy) =>
        new(
            $"oci:{Path.Combine(copy.Folder, "layout")}:{copy.Wanted}",
            Path.Combine(copy.Folder, "trust"),
            tools.Repository.Key.Public,
            Reference.Parse(PublishedTools.Official),
            Path.Combine(copy.Folder, "scratch")
        )
        {
            Image = UpstreamImage.Name,
            Source = UpstreamImage.Source,
            Deep = true,
        };
}
