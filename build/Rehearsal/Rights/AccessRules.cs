namespace Slipway.Rehearsal;

/// <summary>Who may do what, and how they show who they are: that part of <c>RehearsalOptions</c>.</summary>
internal sealed record AccessRules
{
    public required RehearsalAuthentication Authentication { get; init; }

    /// <summary>The one user who may pull and push.</summary>
    public required string User { get; init; }

    public required string Password { get; init; }

    /// <summary>Whether anybody may pull without credentials.</summary>
    public required bool IsPublic { get; init; }

    public required TimeSpan TokenLifetime { get; init; }

    /// <summary>The clock that tokens expire by.</summary>
    public required TimeProvider Time { get; init; }
}
