using Slipway.Testing;

namespace Slipway.Processes.Tests;

/// <summary>Counts what this process allocates, so nothing else runs beside it.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public sealed class MemoryTests
{
    private const int Much = 100_000_000;

    [Fact]
    public async Task A_hundred_megabytes_pass_through_in_little_memory()
    {
        using ScratchFolder folder = new();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        ChildProcess loud = Shell.Running("head -c \"$1\" /dev/zero; head -c \"$1\" /dev/zero >&2", $"{Much}") with
        {
            Output = OutputLimit.Refuse(Much),
        };
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await using FileStream file = File.Create(folder.At("output"));
        ProcessResult result = await loud.RunAsync(file, cancellationToken);
        Assert.Equal(("", 0, (long)Much), (result.Output, result.ExitCode, file.Length));
        Assert.InRange(result.Errors.Length, 64 * 1024, 65 * 1024);
        ProcessResult ends = await (loud with { Output = OutputLimit.KeepEnds(1000) }).RunAsync(cancellationToken);
        Assert.InRange(ends.Output.Length, 1000, 1100);
        // All that was allocated, kept or not, for 400 MB that were read.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 20_000_000);
    }
}
