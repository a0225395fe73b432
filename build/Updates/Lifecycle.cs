using System.Collections.Immutable;
using Slipway.Definitions;

namespace Slipway.Updates;

/// <summary>How much longer something is looked after.</summary>
public enum LifecycleStage
{
    /// <summary>Nobody wrote down when it ends.</summary>
    Unknown,

    Supported,

    /// <summary>It ends within <see cref="Lifecycle.Near"/>.</summary>
    NearEnd,

    /// <summary>Its makers are done with it; others go on for a while (Debian LTS).</summary>
    LongTerm,

    Ended,
}

/// <summary>When something that an image is made of ends.</summary>
/// <param name="Product"><c>debian</c> or <c>kubernetes</c>.</param>
/// <param name="Name">The release: <c>trixie</c>, <c>1.36</c>.</param>
/// <param name="End">The last day of support by its makers; null when unknown.</param>
/// <param name="LongTermEnd">The last day of support by others; null when there is none.</param>
/// <param name="Source">Where the dates were read; empty when unknown.</param>
public sealed record LifecycleStatus(string Product, string Name, LifecycleStage Stage, DateOnly? End, DateOnly? LongTermEnd, string Source)
{
    /// <summary>Whether somebody has to do something about it, or to find out.</summary>
    public bool NeedsAttention => Stage != LifecycleStage.Supported;
}

/// <summary>The written dates of <c>images/lifecycle.yaml</c>.</summary>
/// <param name="Releases">By product and name.</param>
public sealed record Lifecycle(ImmutableArray<LifecycleRelease> Releases)
{
    private const string Debian = "debian",
        Kubernetes = "kubernetes";

    /// <summary>How long before its end a release counts as near it.</summary>
    public static TimeSpan Near { get; } = TimeSpan.FromDays(90);

    /// <summary>The number of a Debian release, such as 13 of trixie; null when it is not written down.</summary>
    public string? NumberOf(string codename) => Find(Debian, codename)?.Number;

    /// <summary>The Debian release that a suite belongs to: <c>trixie</c> of <c>trixie-security</c>.</summary>
    public static string CodenameOf(string suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return suite.Split('-')[0];
    }

    /// <summary>
    /// Of each Debian release among the suites, and of the Kubernetes minor where the image's versions come from Kubernetes.
    /// </summary>
    public ImmutableArray<LifecycleStatus> Of(ImageDefinition definition, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(definition);
        IEnumerable<LifecycleStatus> debian = definition
            .Debian.Suites.Select(CodenameOf)
            .Distinct(StringComparer.Ordinal)
            .Select(name => Of(Debian, name, today));
        return definition.Releases is KubernetesChannel
            ? [.. debian, Of(Kubernetes, ReleaseVersion.Parse(definition.Version).MinorName, today)]
            : [.. debian];
    }

    private LifecycleStatus Of(string product, string name, DateOnly today)
    {
        if (Find(product, name) is not { } release)
            return new LifecycleStatus(product, name, LifecycleStage.Unknown, null, null, "");
        LifecycleStage stage =
            today > release.End
                ? release.LongTermEnd is { } longTerm && today <= longTerm
                    ? LifecycleStage.LongTerm
                    : LifecycleStage.Ended
                : release.End.DayNumber - today.DayNumber <= Near.Days
                    ? LifecycleStage.NearEnd
                    : LifecycleStage.Supported;
        return new LifecycleStatus(product, name, stage, release.End, release.LongTermEnd, release.Source);
    }

    private LifecycleRelease? Find(string product, string name) =>
        Releases.FirstOrDefault(release => release.Product == product && release.Name == name);
}

/// <summary>One entry of <see cref="Lifecycle"/>.</summary>
/// <param name="Number">Of a Debian release.</param>
public sealed record LifecycleRelease(string Product, string Name, string? Number, DateOnly End, DateOnly? LongTermEnd, string Source);
