using System.Diagnostics;
using System.Globalization;
using Slipway.Archives;

namespace Slipway.Benchmarks;

/// <summary>
/// Our decoder against <c>xz -T1 -dc</c>, both from a file to nowhere, on one core: pairs that alternate, so that what else the machine
/// does meets both. Speeds are MB of content a second.
/// </summary>
internal static class XzBenchmark
{
    /// <summary>The least ratio of our speed to the program's.</summary>
    private const double Target = 0.6;

    /// <returns>0 when the target is met, else 1.</returns>
    public static int Run(string? source, int pairs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pairs, 5);
        using XzInput input = new(source);
        if (OperatingSystem.IsLinux())
            Process.GetCurrentProcess().ProcessorAffinity = 1;
        long size = 0;
        // The first rounds let the runtime compile what is hot.
        for (int i = 0; i < 3; i++)
            size = Decode(input.Path);

        List<double> ours = [],
            theirs = [];
        for (int i = 0; i < pairs; i++)
        {
            ours.Add(Seconds(() => Decode(input.Path)));
            theirs.Add(Seconds(() => RunXz(input.Path)));
            Print(
                $"pair {i + 1}: ours {size / ours[i] / 1e6:f1} MB/s, xz {size / theirs[i] / 1e6:f1} MB/s, ratio {theirs[i] / ours[i]:f2}"
            );
        }

        double ratio = Median([.. ours.Zip(theirs, (our, their) => their / our)]);
        Print(
            $"{size / 1e6:f1} MB of content, medians of {pairs}: ours {size / Median(ours) / 1e6:f1} MB/s, xz {size / Median(theirs) / 1e6:f1} MB/s, ratio {ratio:f2} (target {Target:f1})"
        );
        return ratio >= Target ? 0 : 1;
    }

    private static long Decode(string path)
    {
        using XzStream xz = new(File.OpenRead(path), long.MaxValue);
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        while (xz.Read(buffer) is var count and > 0)
            size += count;
        return size;
    }

    // A child inherits the one core that this process was given.
    private static void RunXz(string path)
    {
        using Process xz = Process.Start("sh", ["-c", "exec xz -T1 -dc \"$1\" > /dev/null", "sh", path]);
        xz.WaitForExit();
        if (xz.ExitCode != 0)
            throw new InvalidOperationException($"xz ended with {xz.ExitCode}");
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
