using System.Diagnostics;
using System.Globalization;
using Slipway.Testing;

namespace Slipway.Processes.Tests;

/// <summary>Scripts for <c>/bin/sh</c>, and what became of the processes that they start.</summary>
internal static class Shell
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <param name="script">Gets <paramref name="arguments"/> as <c>$1</c> and so on.</param>
    public static ChildProcess Running(string script, params string[] arguments) =>
        new("/bin/sh", ["-c", script, "sh", .. arguments])
        {
            Environment = ProgramEnvironment.Gpgv,
            Remedy = "install a shell",
            TimeLimit = TimeSpan.FromMinutes(1),
        };

    /// <summary>The ids that scripts wrote, one to a file, as soon as all are there.</summary>
    public static async Task<int[]> IdsAsync(ScratchFolder folder, params string[] names)
    {
        foreach (string name in names)
            await UntilAsync(
                () => File.Exists(folder.At(name)) && File.ReadAllText(folder.At(name)).EndsWith('\n'),
                $"{name} was not written"
            );
        return [.. names.Select(name => int.Parse(File.ReadAllText(folder.At(name)), CultureInfo.InvariantCulture))];
    }

    public static bool Runs(int id) => ProcessEntry.Read(id) is { Runs: true };

    public static async Task UntilAsync(Func<bool> holds, string otherwise)
    {
        for (Stopwatch clock = Stopwatch.StartNew(); !holds(); await Task.Delay(10, TestContext.Current.CancellationToken))
            Assert.True(clock.Elapsed < TimeLimit, otherwise);
    }

    /// <summary>Ends what a script started and a test let live.</summary>
    public static void End(params int[] ids)
    {
        foreach (int id in ids.Where(Runs))
            Process.GetProcessById(id).Kill();
    }
}
