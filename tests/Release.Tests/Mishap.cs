using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Rehearsal;
using Slipway.Testing;

namespace Slipway.Release.Tests;

/// <summary>One kind of thing that goes wrong with one request.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Fault">What the registry does in place of, or after, answering.</param>
/// <param name="Passes">Whether the same request can succeed a moment later, as far as its answer tells: then the failure must say so.</param>
internal sealed record Mishap(string Name, Fault Fault, bool Passes)
{
    /// <summary>Every kind that can happen to any request.</summary>
    public static ImmutableArray<Mishap> All { get; } =
    [
        new("408", Fault.Answer(408), true),
        new("429", Fault.Answer(429), true),
        new("429 with Retry-After", Fault.Answer(429, "0"), true),
        new("500", Fault.Answer(500), true),
        new("502", Fault.Answer(502), true),
        new("503", Fault.Answer(503), true),
        new("a reset before the body", Fault.Reset, true),
        new("a reset within the body", Fault.Cut(20), true),
        new("a reset after the body", Fault.Reset with { AfterBytes = long.MaxValue }, true),
        new("a lost answer", Fault.LostAnswer, true),
        new("401", Fault.Answer(401), false),
        new("403", Fault.Answer(403), false),
        new("404", Fault.Answer(404), false),
        new("405", Fault.Answer(405), false),
        new("413", Fault.Answer(413), false),
        new("416", Fault.Answer(416), false),
    ];

    /// <summary>Whether it is something of its own for a request: without a body, or when nothing is stored, all resets are one.</summary>
    public bool CanMeet(Occurrence request) => request.Method switch
    {
        "PUT" or "PATCH" => true,
        "GET" or "HEAD" => Fault.AfterBytes == 0,
        _ => Fault.AfterBytes is 0 or long.MaxValue,
    };

    /// <summary>A failure is one that its kind of answer means, and no other; a success is always right.</summary>
    public void RequireRightClass(Exception? failure, Occurrence at)
    {
        if (failure is null)
            return;
        bool right = Passes ? failure is RemoteException { Fault: RemoteFault.TryAgain } : failure is RemoteException or ContentException;
        Assert.True(right, $"{Name} at {at}: {failure}");
    }

    public override string ToString() => Name;
}
