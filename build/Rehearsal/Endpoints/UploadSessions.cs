using System.Collections.Concurrent;

namespace Slipway.Rehearsal;

/// <summary>The uploads in progress, by their id. One that nothing was sent to for an hour is dropped when the next one begins.</summary>
internal sealed class UploadSessions : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (UploadSession Session, DateTimeOffset Used)> _sessions = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public UploadSessions(TimeProvider time)
    {
        _time = time;
    }

    public int Count => _sessions.Count;

    public void Add(UploadSession session)
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach ((UploadSession old, DateTimeOffset used) in _sessions.Values)
        {
            // One that a request is still busy with is not forgotten, however long that takes.
            if (used + Lifetime < now && old.Turn.Wait(0))
            {
                Remove(old);
                old.Turn.Release();
            }
        }

        _sessions[session.Id] = (session, now);
    }

    /// <exception cref="ErrorResponse">There is no such upload in this repository.</exception>
    public UploadSession Get(string repository, string id)
    {
        if (!_sessions.TryGetValue(id, out var known) || known.Session.Repository != repository)
            throw new ErrorResponse(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload");
        _sessions.TryUpdate(id, known with { Used = _time.GetUtcNow() }, known);
        return known.Session;
    }

    public void Remove(UploadSession session)
    {
        if (_sessions.TryRemove(session.Id, out _))
            session.Dispose();
    }

    public void Dispose()
    {
        foreach ((UploadSession session, _) in _sessions.Values)
            Remove(session);
    }
}
