using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What a verification found.</summary>
/// <param name="Place">Where the content was read from.</param>
/// <param name="Subjects">What was asked for, then, if it is an index, its children in its order. Never empty.</param>
public sealed record VerificationResult(string Place, ImmutableArray<SubjectVerdict> Subjects)
{
    /// <summary>Whether everything that was asked for, with all its parts, is trusted.</summary>
    public bool Passed => !Subjects.IsDefaultOrEmpty && Subjects.All(subject => subject.Passed);

    /// <summary>The digest of what was asked for; null when the place has no such tag.</summary>
    public Digest? Digest => Subjects.IsDefaultOrEmpty ? null : Subjects[0].Digest;

    /// <summary>The verdicts that stand against trust.</summary>
    public IEnumerable<SubjectVerdict> Failures => Subjects.Where(subject => !subject.Passed);
}

/// <summary>The verdict on one manifest or index.</summary>
public sealed record SubjectVerdict
{
    /// <summary>Null when a tag names nothing.</summary>
    public required Digest? Digest { get; init; }

    /// <summary>The platform of an image; null for an index and where it could not be found out.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Null when the subject is trusted.</summary>
    public required FailureReason? Failure { get; init; }

    /// <summary>What was found, for people.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// The valid statements that say that it is signed, then those of the kinds that the policy wanted, in its order, when the subject is
    /// trusted.
    /// </summary>
    public ImmutableArray<Statement> Statements { get; init; } = [];

    /// <summary>The kinds of statements that nobody asked for and that the signer verifiably made, when the subject is trusted.</summary>
    public ImmutableArray<string> AlsoSigned { get; init; } = [];

    /// <summary>The valid statements of those kinds, in the order of the kinds.</summary>
    public ImmutableArray<Statement> AlsoStated { get; init; } = [];

    /// <summary>
    /// What beside the subject was not looked at, because there is too much of it; nothing that the policy wanted is missing for it when
    /// the subject is trusted.
    /// </summary>
    public ImmutableArray<string> PassedOver { get; init; } = [];

    public bool Passed => Failure is null;
}
