namespace Slipway.Rehearsal;

/// <summary>Files in memory.</summary>
internal sealed class MemoryStorage : RehearsalStorage
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);

    internal override void Begin() { }

    internal override Stream? Open(string name)
    {
        lock (_lock)
            return _files.TryGetValue(name, out MemoryFile? file) ? file.Open() : null;
    }

    internal override bool Exists(string name)
    {
        lock (_lock)
            return _files.ContainsKey(name);
    }

    internal override IReadOnlyList<string> List(string folder)
    {
        string begin = folder + "/";
        lock (_lock)
            return [.. _files.Keys.Where(name => name.StartsWith(begin, StringComparison.Ordinal)).Select(name => name[begin.Length..])];
    }

    internal override void Write(string name, ReadOnlySpan<byte> content)
    {
        MemoryFile file = new();
        file.Append(content);
        Keep(name, file);
    }

    internal override bool Delete(string name)
    {
        lock (_lock)
            return _files.Remove(name);
    }

    internal override IStoragePart NewPart() => new Part(this);

    private void Keep(string name, MemoryFile file)
    {
        lock (_lock)
            _files[name] = file;
    }

    private sealed class Part(MemoryStorage storage) : IStoragePart
    {
        private readonly MemoryFile _file = new();

        public Stream OpenAppend() => new Appending(_file);

        public Stream Open() => _file.Open();

        public void KeepAs(string name) => storage.Keep(name, _file);

        public void Dispose() { }
    }

    private sealed class Appending(MemoryFile file) : WriteOnlyStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            file.Append(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
