using Slipway.Http;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>What was found at one place: verdicts, or that it could not be read, in which case nothing is known of it.</summary>
public sealed record PlaceVerdict
{
    private PlaceVerdict(string place, VerificationResult? result, RemoteException? unreachable) =>
        (Place, Result, Unreachable) = (place, result, unreachable);

    /// <summary>A registry's repository, a folder or an archive.</summary>
    public string Place { get; }

    /// <summary>Null when the place could not be read.</summary>
    public VerificationResult? Result { get; private init; }

    /// <summary>Why the place could not be read.</summary>
    public RemoteException? Unreachable { get; }

    public bool Passed => Result is { Passed: true };

    public static PlaceVerdict Of(VerificationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new PlaceVerdict(result.Place, result, null);
    }

    public static PlaceVerdict Of(string place, RemoteException unreachable) => new(place, null, unreachable);

    /// <summary>With one more failure when what stands here is another thing than what stands at <paramref name="first"/>.</summary>
    internal PlaceVerdict ComparedWith(PlaceVerdict first)
    {
        if (first == this || Result?.Digest is not { } here || first.Result?.Digest is not { } there || here == there)
            return this;
        SubjectVerdict differs = new()
        {
            Digest = here,
            Failure = FailureReason.DigestDiffersBetweenRegistries,
            Text = $"{first.Place} has {there}, {Place} has {here}",
        };
        return this with { Result = Result with { Subjects = [.. Result.Subjects, differs] } };
    }
}
