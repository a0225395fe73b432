using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Trust;

/// <summary>What is to be said, signed, about one or more of an image's manifests.</summary>
/// <param name="About">The statement's subjects; it is stored with each of them.</param>
/// <param name="PredicateType">A URI that says what the predicate means.</param>
/// <param name="Predicate">A JSON object, as its very bytes.</param>
public sealed record WantedStatement(ImmutableArray<Digest> About, string PredicateType, ReadOnlyMemory<byte> Predicate)
{
    /// <summary>
    /// Whether another predicate of this type about the same subjects, signed before, will do as well; null when only the same
    /// bytes will. For what tells of one run, as a provenance: it is made once, and a rerun repeats it.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, bool>? Accepts { get; init; }

    /// <summary>"This image is signed", as cosign 3 says it.</summary>
    public static WantedStatement Signature(Digest subject) => new([subject], Statement.SignType, "{}"u8.ToArray());

    /// <summary>What would be wanted where this was said.</summary>
    internal static WantedStatement Of(Statement statement) =>
        new([.. statement.Subjects.Select(subject => subject.Digest).OfType<Digest>()], statement.PredicateType, statement.Predicate);

    internal Statement For(Reference official) =>
        new([.. About.Select(digest => new StatementSubject(official.Name, digest))], PredicateType, Predicate);

    /// <summary>Whether a statement says this.</summary>
    internal bool IsMetBy(Statement statement, Reference official) =>
        statement.PredicateType == PredicateType
        && statement.Subjects.SequenceEqual(For(official).Subjects)
        && (statement.Predicate.Span.SequenceEqual(Predicate.Span) || Accepts?.Invoke(statement.Predicate) == true);
}
