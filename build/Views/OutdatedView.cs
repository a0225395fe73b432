using System.Globalization;
using System.Text.Json;
using Slipway.Debian;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Updates;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What the target <c>Outdated</c> found, for people and programs.</summary>
internal static class OutdatedView
{
    private const int ShownFixes = 6;

    /// <summary>A line for each newer thing, and on the log what else is to be known.</summary>
    public static void Show(Report report, IReadOnlyList<AvailableUpdates> images)
    {
        IReadOnlyList<string>[] rows = [.. images.SelectMany(Rows)];
        if (rows.Length > 0)
            report.Table(["image", "what", "locked", "newer", "from", "fixes"], rows);
        else if (images.All(updates => updates.Problems.IsEmpty))
            report.Result("nothing is newer");
        foreach (AvailableUpdates updates in images)
            Tell(report, updates);
    }

    public static byte[] Json(IReadOnlyList<AvailableUpdates> images) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (AvailableUpdates updates in images)
                Write(writer, updates);
            writer.WriteEndArray();
        });

    /// <exception cref="WorkflowException">
    /// 65: there is what <paramref name="failOn"/> names; else the failure of what could not be asked.
    /// </exception>
    public static void Require(IReadOnlyList<AvailableUpdates> images, FailOn? failOn)
    {
        AvailableUpdates[] outdated =
        [
            .. images.Where(updates => failOn == FailOn.Security ? updates.HasSecurityUpdates : failOn == FailOn.Any && updates.IsOutdated),
        ];
        if (outdated.Length > 0)
        {
            string what = failOn == FailOn.Security ? "packages have security updates" : "something newer is there";
            NextCommand update = new("Update") { Options = ["--images", .. outdated.Select(updates => updates.Image)] };
            throw update.After(
                new WorkflowException(
                    $"{string.Join(", ", outdated.Select(updates => updates.Image))}: {what}. Run {update}",
                    FailureKind.WrongData
                )
            );
        }

        RequireAsked(images);
    }

    /// <exception cref="WorkflowException">Something could not be asked, so nobody may say that nothing is newer.</exception>
    public static void RequireAsked(IReadOnlyList<AvailableUpdates> images)
    {
        (string Image, UpdateCheckProblem Problem)[] problems =
        [
            .. images.SelectMany(updates => updates.Problems, (updates, problem) => (updates.Image, problem)),
        ];
        if (problems.Length == 0)
            return;
        throw new WorkflowException(
            "not every source could be queried, so it is not known whether it is up to "
                + $"date: {string.Join(", ", problems.Select(one => $"{one.Image}: {one.Problem.Subject}").Distinct())}; the lines "
                + "above say why",
            FailureKinds.MostSevere(problems.Select(one => one.Problem.Reason))
        );
    }

    private static IEnumerable<IReadOnlyList<string>> Rows(AvailableUpdates updates)
    {
        foreach (UpstreamUpdate upstream in updates.Upstream.Where(upstream => upstream.Update is not null))
            yield return [updates.Image, upstream.Subject, upstream.Locked.Text, upstream.Update!.Text, upstream.Channel.ToString()!, ""];
        foreach (PackageUpdate package in updates.Packages)
            yield return
            [
                updates.Image,
                package.Name,
                package.From?.ToString() ?? "-",
                package.To?.ToString() ?? "-",
                Place(package),
                Fixes(package),
            ];
    }

    /// <summary>Where a package's version of now is from, and what is special about it.</summary>
    public static string Place(PackageUpdate package) =>
        package.Change switch
        {
            PackageChange.Removed => "needed no more",
            PackageChange.Older => $"{package.Suite}, older",
            PackageChange.Added => $"{package.Suite}, new",
            _ => package.IsSecurity
                ? DebianMirror.IsSecurity(package.Suite)
                    ? package.Suite
                    : $"{package.Suite}, security"
                : package.Suite,
        };

    private static string Fixes(PackageUpdate package) =>
        string.Join('\n', package.Fixes.Take(ShownFixes))
        + (package.Fixes.Length > ShownFixes ? $"\nand {package.Fixes.Length - ShownFixes} more" : "");

    private static void Tell(Report report, AvailableUpdates updates)
    {
        report.Line(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{updates.Image}: locked "
                    + $"at {updates.LockedAt:yyyy-MM-dd}, {Ago(updates.Age)}; {updates.Packages.Length} {(updates.Packages.Length == 1 ? "package differs" : "packages differ")}, {updates.Packages.Count(package => package.IsSecurity)} "
                    + $"by security updates"
            )
        );
        foreach (UpstreamUpdate upstream in updates.Upstream)
        {
            if (upstream.IsBehind)
                report.Line(
                    $"{updates.Image}: {upstream.Subject}: {upstream.Channel} says {upstream.Newest}, which is older than the "
                        + $"locked {upstream.Locked}: it went back, or a mirror is behind. Nothing is updated to it"
                );
            else if (upstream.Latest > upstream.Newest)
                report.Line(
                    $"{updates.Image}: {upstream.Subject}: {upstream.Latest} is there too, out of reach without "
                        + $"--{(upstream.Latest.Major == upstream.Locked.Major ? "minor" : "major")}"
                );
        }

        foreach (LifecycleStatus status in updates.Lifecycle.Where(status => status.NeedsAttention))
            report.Line($"{updates.Image}: {Describe(status)}");
        foreach (UpdateCheckProblem problem in updates.Problems)
            report.Line($"{updates.Image}: {problem.Subject}: {problem.Reason.Message}");
    }

    private static string Describe(LifecycleStatus status)
    {
        string what = $"{status.Product} {status.Name}";
        return status.Stage switch
        {
            LifecycleStage.Unknown => $"{what}: the end of its support is not known; write it into images/{LifecycleFile.FileName}",
            LifecycleStage.NearEnd => $"{what}: support ends on {Day(status.End)} ({status.Source})",
            LifecycleStage.LongTerm =>
                $"{what}: support ended on {Day(status.End)}; long-term support goes on until {Day(status.LongTermEnd)} ({status.Source})",
            _ => $"{what}: support ended on {Day(status.LongTermEnd ?? status.End)} ({status.Source})",
        };
    }

    private static string? Day(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter writer, AvailableUpdates updates)
    {
        writer.WriteStartObject();
        writer.WriteString("image", updates.Image);
        writer.WriteBoolean("outdated", updates.IsOutdated);
        writer.WriteBoolean("security", updates.HasSecurityUpdates);
        writer.WriteString("lockedAt", updates.LockedAt.UtcDateTime);
        writer.WriteNumber("ageDays", (int)updates.Age.TotalDays);
        writer.WriteStartArray("upstream");
        foreach (UpstreamUpdate upstream in updates.Upstream)
        {
            writer.WriteStartObject();
            writer.WriteString("name", upstream.Subject);
            writer.WriteString("locked", upstream.Locked.Text);
            writer.WriteString("newest", upstream.Newest.Text);
            writer.WriteString("latest", upstream.Latest.Text);
            writer.WriteString("update", upstream.Update?.Text);
            writer.WriteString("channel", upstream.Channel.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("packages");
        foreach (PackageUpdate package in updates.Packages)
            Write(writer, package);
        writer.WriteEndArray();
        writer.WriteStartArray("lifecycle");
        foreach (LifecycleStatus status in updates.Lifecycle)
        {
            writer.WriteStartObject();
            writer.WriteString("product", status.Product);
            writer.WriteString("name", status.Name);
            writer.WriteString("stage", JsonNamingPolicy.CamelCase.ConvertName(status.Stage.ToString()));
            writer.WriteString("end", Day(status.End));
            writer.WriteString("longTermEnd", Day(status.LongTermEnd));
            writer.WriteString("source", status.Source);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("problems");
        foreach (UpdateCheckProblem problem in updates.Problems)
        {
            writer.WriteStartObject();
            writer.WriteString("subject", problem.Subject);
            writer.WriteString("reason", problem.Reason.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>One package, as an object.</summary>
    public static void Write(Utf8JsonWriter writer, PackageUpdate package)
    {
        writer.WriteStartObject();
        writer.WriteString("name", package.Name);
        writer.WriteString("source", package.Source);
        writer.WriteString("change", JsonNamingPolicy.CamelCase.ConvertName(package.Change.ToString()));
        writer.WriteString("from", package.From?.ToString());
        writer.WriteString("to", package.To?.ToString());
        writer.WriteString("suite", package.Suite);
        writer.WriteBoolean("security", package.IsSecurity);
        WriteAll(writer, "architectures", package.Architectures);
        WriteAll(writer, "fixes", package.Fixes);
        writer.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }

    private static string Ago(TimeSpan age) =>
        (int)age.TotalDays switch
        {
            0 => "today",
            1 => "1 day ago",
            int days => $"{days} days ago",
        };
}
