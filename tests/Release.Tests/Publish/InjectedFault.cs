using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.StandIns;

namespace Slipway.Release.Tests;

/// <summary>One kind of thing that goes wrong with one request.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Passes">
/// Whether the same request can succeed a moment later, as far as its answer tells: then a failure must say so.
/// </param>
internal sealed record InjectedFault(string Name, Fault Fault, bool Passes)
{
    /// <summary>Kinds of the rehearsal registry that no waiting mends.</summary>
    private static readonly string[] Lasting =
    [
        "token revoked",
        "mount ignored",
        "chunk refused",
        "wrong digest",
        "created in name",
        "no referrers",
        "collected",
    ];

    /// <summary>Kinds that only who waits can tell from the same status without them.</summary>
    private static readonly string[] Waits = ["429 with seconds", "429 with a date", "slow answer"];

    /// <summary>Every kind that the rehearsal registry knows, and some statuses that it has no special word for.</summary>
    public static ImmutableArray<InjectedFault> All { get; } =
    [
        .. Fault.Kinds.Select(kind => new InjectedFault(kind.Name, kind.Fault, !Lasting.Contains(kind.Name))),
        .. Oddities.Pages.Select(kind => new InjectedFault(kind.Name, kind.Fault, true)),
        // A registry that has the referrers API but for a moment is no registry's way.
        .. Oddities.All.Select(kind => new InjectedFault(kind.Name, kind.Fault, false)
        {
            IsHarmless = !kind.Name.StartsWith("referrers", StringComparison.Ordinal),
        }),
        .. Oddities.Lapses.Select(kind => new InjectedFault(kind.Name, kind.Fault, false) { IsHarmless = true, MeetsFirst = true }),
        new("408", Fault.Answer(408), true),
        new("reset after the body", Fault.Reset with { AfterBytes = long.MaxValue }, true),
        new("401", Fault.Answer(401), false),
        new("403", Fault.Answer(403), false),
        new("404", Fault.Answer(404), false),
        new("405", Fault.Answer(405), false),
        new("413", Fault.Answer(413), false),
        new("416", Fault.Answer(416), false),
    ];

    /// <summary>Whether it is how some real registry answers, so that no release may fail for it.</summary>
    public bool IsHarmless { get; init; }

    /// <summary>
    /// Whether the first request of a kind alone meets it: a later one may be the first's repetition, and that is not repeated.
    /// </summary>
    public bool MeetsFirst { get; init; }

    /// <summary>Whether it makes a difference to a request.</summary>
    public bool AppliesTo(Occurrence at) => Fault.AppliesTo(at.Request) && (at.Number == 1 || !MeetsFirst);

    /// <summary>Whether it is something of its own for a request of somebody who never tries twice.</summary>
    public bool CanMeet(Occurrence at) =>
        AppliesTo(at)
        && !Waits.Contains(Name)
        && at.Request.Method switch
        {
            // Without a body, and with nothing stored, these are resets, and no answers that a registry can give.
            "GET" or "HEAD" => Fault.AfterBytes == 0 && Name is not ("lost answer" or "413" or "416"),
            "POST" or "DELETE" => Fault.AfterBytes == 0,
            _ => true,
        };

    /// <summary>A failure is one that its kind of answer means, and no other; a success is always right.</summary>
    public void RequireRightClass(Exception? failure, Occurrence at)
    {
        bool right = IsHarmless
            ? failure is null
            : failure is null
                || (Passes ? failure is RemoteException { Fault: RemoteFault.TryAgain } : failure is RemoteException or ContentException);
        Assert.True(right, $"{Name} at {at}: {failure}");
    }

    public override string ToString() => Name;
}
