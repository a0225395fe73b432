namespace Slipway.Rehearsal;

/// <summary>Files in a folder; what is being received is in a folder of its own below it and moves into place.</summary>
internal sealed class FolderStorage : RehearsalStorage
{
    /// <summary>Emptied when a registry begins: so a name that nobody has for something worth keeping.</summary>
    private const string UploadsFolder = ".slipway-uploads";

    private readonly string _root;

    public FolderStorage(string root)
    {
        _root = Path.GetFullPath(root);
    }

    private string Uploads => Path.Combine(_root, UploadsFolder);

    internal override void Begin()
    {
        if (Directory.Exists(Uploads))
            Directory.Delete(Uploads, recursive: true);
        Directory.CreateDirectory(Uploads);
    }

    internal override Stream? Open(string name)
    {
        try
        {
            return OpenFile(At(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal override bool Exists(string name) => File.Exists(At(name));

    internal override IReadOnlyList<string> List(string folder)
    {
        string root = At(folder);
        return Directory.Exists(root)
            ? [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file))]
            : [];
    }

    internal override void Write(string name, ReadOnlySpan<byte> content)
    {
        string half = NewUpload();
        File.WriteAllBytes(half, content);
        Move(half, name);
    }

    internal override bool Delete(string name)
    {
        if (!Exists(name))
            return false;
        File.Delete(At(name));
        return true;
    }

    internal override IStoragePart NewPart()
    {
        Part part = new(this, NewUpload());
        part.Create();
        return part;
    }

    private string At(string name) => Path.Combine(_root, name);

    private string NewUpload() => Path.Combine(Uploads, Guid.NewGuid().ToString());

    private void Move(string half, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.Move(half, At(name), overwrite: true);
    }

    private static FileStream OpenFile(string path) =>
        new(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.Read | FileShare.Delete,
            0,
            FileOptions.Asynchronous | FileOptions.SequentialScan
        );

    private sealed class Part(FolderStorage storage, string file) : IStoragePart
    {
        public void Create() => File.WriteAllBytes(file, []);

        public Stream OpenAppend() => new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.Read, 0, useAsync: true);

        public Stream Open() => OpenFile(file);

        public void KeepAs(string name) => storage.Move(file, name);

        public void Dispose() => File.Delete(file);
    }
}
