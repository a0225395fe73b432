using System.Collections.Immutable;

namespace Slipway.Git;

/// <summary>What a repository says about one image at the commit that is checked out.</summary>
public sealed record GitState
{
    /// <summary>The commit, 40 hex digits.</summary>
    public required string Commit { get; init; }

    /// <summary>The nearest <c>IMAGE/vX.Y.Z</c> tag at or before the commit; null when there is none yet.</summary>
    public required string? Tag { get; init; }

    /// <summary>Commits since the tag; 0 exactly at it.</summary>
    public required int Distance { get; init; }

    /// <summary>Commits since the beginning.</summary>
    public required int Commits { get; init; }

    /// <summary>The branch; null when a commit is checked out by itself.</summary>
    public required string? Branch { get; init; }

    /// <summary>Whether anything differs from the commit.</summary>
    public required bool IsDirty { get; init; }

    /// <summary>What differs, in git's order.</summary>
    public ImmutableArray<GitChange> Changes { get; init; } = [];

    /// <summary>The names of all of the image's tags, at whatever commit.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Whether there is a remote that tags could be fetched from.</summary>
    public bool HasRemote { get; init; }

    /// <summary>As in tags: the first 7 hex digits.</summary>
    public string ShortCommit => Commit[..7];

    /// <summary>
    /// What a commit that is not tagged is called, <c>IMAGE/v1.36.4-2-g23228e6</c>, or <c>IMAGE/v0.0.0-4-g23228e6</c> before the first tag;
    /// null exactly at one.
    /// </summary>
    public string? DescriptionOf(string image) =>
        Tag is null ? $"{image}/v0.0.0-{Commits}-g{ShortCommit}"
        : Distance > 0 ? $"{Tag}-{Distance}-g{ShortCommit}"
        : null;
}
