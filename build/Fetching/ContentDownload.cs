using System.Net.Http.Headers;
using Slipway.Archives;
using Slipway.Oci;

namespace Slipway.Fetching;

/// <summary>
/// One content on its way from one place or, where that fails, the next: each goes on from the bytes that are there. What
/// comes of several answers and proves wrong is asked for once more as a whole, before it is called wrong.
/// </summary>
internal sealed class ContentDownload
{
    private readonly OriginReader _reader;
    private readonly PartialContent _partial;
    private readonly WantedContent _wanted;
    private readonly Action<long, long> _counted;
    private long _wire;

    /// <param name="reader">Opens origins.</param>
    /// <param name="partial">What is there; not disposed here.</param>
    /// <param name="wanted">What it is to become.</param>
    /// <param name="counted">Is told of bytes that came over the wire and of bytes that are there; negative when some are dropped.</param>
    public ContentDownload(OriginReader reader, PartialContent partial, WantedContent wanted, Action<long, long> counted)
    {
        _reader = reader;
        _partial = partial;
        _wanted = wanted;
        _counted = counted;
        counted(0, partial.Length);
    }

    /// <summary>The path of the finished content.</summary>
    /// <exception cref="ContentException">The place has something else; nothing was kept.</exception>
    /// <exception cref="Slipway.Http.RemoteException">The place does not have it or cannot be reached; what came stays.</exception>
    public async Task<string> BringAsync(Origin origin, CancellationToken cancellationToken)
    {
        try
        {
            return await BringOnceAsync(origin, cancellationToken);
        }
        catch (ContentException) when (_partial.Answers > 1)
        {
            // Parts that do not fit together: of another file that stood there, or of what a disk made of a beginning.
            Restart();
        }
        catch (ContentException e)
        {
            throw Wrong(origin, e);
        }

        try
        {
            return await BringOnceAsync(origin, cancellationToken);
        }
        catch (ContentException e)
        {
            throw Wrong(origin, e);
        }
    }

    private async Task<string> BringOnceAsync(Origin origin, CancellationToken cancellationToken)
    {
        RangeConditionHeaderValue? condition = null;
        await _reader.PersistAsync(
            async token =>
            {
                if (_partial.IsWhole)
                    return true;
                await using OriginBody body = await _reader.OpenAsync(origin, new ResumePoint(_partial.Length, condition), token);
                if (body.Offset == 0)
                    Restart();
                condition = body.Condition;
                await using CountingStream counting = new(body.Bytes, count =>
                {
                    _wire += count;
                    _counted(count, count);
                });
                await _partial.AppendAsync(counting, token);
                return true;
            },
            resumes: true,
            cancellationToken
        );
        return _partial.Finish();
    }

    private void Restart()
    {
        _counted(-_wire, -_partial.Length);
        _wire = 0;
        _partial.Restart();
    }

    private ContentException Wrong(Origin origin, ContentException e)
    {
        _partial.Discard();
        return new ContentException(
            $"{e.Message}; nothing from {origin} was kept{(_wanted.Distrust is null ? "" : $". {_wanted.Distrust}")}",
            e
        );
    }
}
