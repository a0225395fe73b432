using System.Globalization;

namespace Slipway.Pages;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    /// <summary>In units of 1000, as registries say it.</summary>
    public static string Size(long bytes) =>
        bytes switch
        {
            >= 100_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
            >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0} kB"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        };

    public static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");

    public static string Time(TimeSpan time) =>
        time.TotalSeconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes}:{time.Seconds:00} min");

    public static string Count(int count, string one) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {one}{(count == 1 ? "" : "s")}");
}
