namespace Slipway.Rehearsal;

/// <summary>How a rehearsal registry asks who is there.</summary>
public enum RehearsalAuthentication
{
    /// <summary>Everybody may do everything.</summary>
    None,

    /// <summary>HTTP Basic on every request (RFC 7617).</summary>
    Basic,

    /// <summary>Bearer tokens from <c>/v2/auth</c> of the same server, as Quay has it.</summary>
    Token,

    /// <summary>Bearer tokens from <c>/token</c> of a server on another port of 127.0.0.1, as Docker Hub has it.</summary>
    TokenElsewhere,
}
