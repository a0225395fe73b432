namespace Slipway.Rehearsal;

/// <summary>What a rehearsal registry is to be.</summary>
public sealed record RehearsalOptions
{
    /// <summary>What holds everything.</summary>
    public required RehearsalStorage Storage { get; init; }

    /// <summary>The port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    public RehearsalAuthentication Authentication { get; init; }

    /// <summary>The one user who may pull and push; needed when there is authentication.</summary>
    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Whether anybody may pull without credentials.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>How long a token lives.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many manifests may be pulled within six hours, told in Docker Hub's header fields; 0 for no limit.</summary>
    public int PullLimit { get; init; }

    /// <summary>Whether every answer carries <c>Slipway-Rehearsal: true</c>.</summary>
    public bool AnnounceRehearsal { get; init; }

    /// <summary>The least size of a chunk that uploads are told, in bytes; 0 says nothing.</summary>
    public long MinimumChunk { get; init; }

    /// <summary>Whether manifests, tags and blobs can be deleted; else an attempt is answered with 405.</summary>
    public bool AllowsDeletion { get; init; } = true;

    /// <summary>Whether there is the referrers API of distribution 1.1; who pushes a subject is told nothing else.</summary>
    public bool HasReferrers { get; init; } = true;

    /// <summary>How many referrers one answer lists at most; 1 or more.</summary>
    public int ReferrersPage { get; init; } = 100;

    /// <summary>Whether manifests are taken whose blobs or children are not here, as sparse indexes have them; else 404.</summary>
    public bool AcceptsSparse { get; init; }

    /// <summary>The clock that tokens and uploads expire by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// What stands between the wire and the end-points, for tests: it handles each request, by <see cref="HttpExchange.RespondAsync"/> or
    /// otherwise. An <see cref="ErrorResponse"/> becomes the answer, an <see cref="IOException"/> resets the connection. Called
    /// concurrently.
    /// </summary>
    internal Func<HttpExchange, Task> Interceptor { get; init; } = exchange => exchange.RespondAsync();

    /// <summary>Told of each request when its answer ends. Called concurrently.</summary>
    public Action<LoggedRequest> Responded { get; init; } = _ => { };

    internal AccessRules Access =>
        new()
        {
            Authentication = Authentication,
            User = User,
            Password = Password,
            IsPublic = IsPublic,
            TokenLifetime = TokenLifetime,
            Time = Time,
        };
}
