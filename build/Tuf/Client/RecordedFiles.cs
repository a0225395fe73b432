using System.Collections.Immutable;
using Slipway.Http;

namespace Slipway.Tuf;

/// <summary>
/// The files that an update read, under their names in the repository: reading them again proves them again, without the repository.
/// </summary>
public sealed class RecordedFiles : ITufRepository
{
    private RecordedFiles(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> files)
    {
        Files = files;
    }

    public static RecordedFiles None { get; } = new(ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal));

    /// <summary>By path.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Files { get; }

    /// <summary>The same with one more, or with another content of one.</summary>
    public RecordedFiles With(string path, ReadOnlyMemory<byte> content) => new(Files.SetItem(path, content));

    /// <summary>All of both; where both have a file, the other's.</summary>
    public RecordedFiles With(RecordedFiles other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(Files.SetItems(other.Files));
    }

    /// <summary>Those whose paths are so.</summary>
    public RecordedFiles Where(Func<string, bool> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new(Files.RemoveRange(Files.Keys.Where(name => !path(name)).ToArray()));
    }

    public Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken) =>
        !Files.TryGetValue(path, out ReadOnlyMemory<byte> content)
            ? throw new RemoteException(RemoteFault.NotFound, $"{path}: there is no such recorded file")
        : content.Length <= limit ? Task.FromResult(content)
        : throw new TufException(TufFailure.WrongLength, $"{path}: wanted at most {limit} bytes, got {content.Length}");
}
