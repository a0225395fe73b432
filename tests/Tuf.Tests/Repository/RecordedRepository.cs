namespace Slipway.Tuf.Tests;

/// <summary>A repository that has these files and takes no socket.</summary>
internal sealed class RecordedRepository : ITufRepository
{
    private readonly RecordedFiles _files;

    public RecordedRepository(RecordedFiles files) => _files = files;

    public RecordedRepository(IReadOnlyDictionary<string, byte[]> files) =>
        _files = files.Aggregate(RecordedFiles.None, (all, file) => all.With(file.Key, file.Value));

    public Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken) =>
        _files.ReadAsync(path, limit, cancellationToken);
}
