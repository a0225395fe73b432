using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>The one verdict on all the places that were asked. A place that could not be read is never a pass.</summary>
/// <param name="Places">In the order in which they were asked.</param>
public sealed record ReleaseVerdict(ImmutableArray<PlaceVerdict> Places)
{
    public bool Passed => !Places.IsDefaultOrEmpty && Places.All(place => place.Passed);

    /// <summary>What stands against trust, wherever it was found.</summary>
    public IEnumerable<(PlaceVerdict Place, SubjectVerdict Subject)> Failures =>
        Places.SelectMany(place => place.Result?.Failures.Select(failure => (place, failure)) ?? []);

    /// <summary>
    /// The same in the order in which people are told: first that two places hold different things, which the rest comes from.
    /// </summary>
    private IEnumerable<(PlaceVerdict Place, SubjectVerdict Subject)> Told =>
        Failures.OrderBy(failure => failure.Subject.Failure != FailureReason.DigestDiffersBetweenRegistries);

    /// <summary>Places of which nothing is known.</summary>
    public IEnumerable<PlaceVerdict> Unreachable => Places.Where(place => place.Unreachable is not null);

    /// <summary>
    /// The verdict on places that are to hold the same: where one has another digest than the first that has any, that is a failure
    /// beside whatever else is wrong there.
    /// </summary>
    public static ReleaseVerdict OfSame(IEnumerable<PlaceVerdict> places)
    {
        ImmutableArray<PlaceVerdict> all = [.. places];
        return all.FirstOrDefault(place => place.Result?.Digest is not null) is { } first
            ? new ReleaseVerdict([.. all.Select(place => place.ComparedWith(first))])
            : new ReleaseVerdict(all);
    }

    /// <summary>Lets pass what is trusted. A failure is definite, so it goes before what is not known.</summary>
    /// <exception cref="ContentException">Something is not trusted; names the first failure.</exception>
    /// <exception cref="RemoteException">Nothing is known against it, but a place could not be read.</exception>
    public void RequirePassed()
    {
        foreach ((PlaceVerdict place, SubjectVerdict subject) in Told)
            throw new ContentException($"{place.Place}: {subject.Failure!.Value.Name()}: {subject.Text}");
        foreach (PlaceVerdict place in Unreachable)
            throw place.Unreachable!;
        if (!Passed)
            throw new ContentException("nothing was verified");
    }
}
