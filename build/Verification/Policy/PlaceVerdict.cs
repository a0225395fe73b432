using System.Collections.Immutable;
using Slipway.Http;
using Slipway.Trust;

namespace Slipway.Verification;

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

    /// <summary>What the name claims by which it was asked for.</summary>
    public TagClaims Claims { get; init; } = TagClaims.None;

    /// <summary>The provenances that say what they must, of what passed.</summary>
    public ImmutableArray<SlsaProvenance> Provenances { get; init; } = [];

    /// <summary>Which build it is; null where nothing passed.</summary>
    public ReleaseOrigin? Origin => Passed && Provenances is [var first, ..] ? new ReleaseOrigin(Claims, first) : null;

    public bool Passed => Result is { Passed: true };

    /// <summary>Lets pass what is trusted.</summary>
    /// <exception cref="Oci.ContentException">It is not; names the first failure.</exception>
    /// <exception cref="RemoteException">The place could not be read.</exception>
    public void RequirePassed() => new ReleaseVerdict([this]).RequirePassed();

    /// <summary>With other words for what was found.</summary>
    public PlaceVerdict Telling(Func<string, string> words) =>
        Result is null
            ? this
            : this with
            {
                Result = Result with { Subjects = [.. Result.Subjects.Select(subject => subject with { Text = words(subject.Text) })] },
            };

    /// <summary>With what others said of the same, who signed it, too.</summary>
    internal PlaceVerdict With(IEnumerable<PlaceVerdict> others) =>
        this with
        {
            Result = Result! with
            {
                Subjects =
                [
                    .. Result.Subjects.Select(
                        (subject, at) =>
                            subject with
                            {
                                Statements = [.. subject.Statements, .. others.SelectMany(other => other.Result!.Subjects[at].Statements)],
                            }
                    ),
                ],
            },
        };

    /// <summary>With a failure of what was asked for, instead of a pass or of its own.</summary>
    internal PlaceVerdict Failing(FailureReason reason, string text) =>
        this with
        {
            Result = Result! with { Subjects = Result.Subjects.SetItem(0, Result.Subjects[0] with { Failure = reason, Text = text }) },
        };

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
