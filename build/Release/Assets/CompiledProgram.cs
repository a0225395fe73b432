using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Http;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Release;

/// <summary>
/// A program that was compiled for users, in one folder: its files, one for each kind of machine, and a record of the commit, the SDK and
/// the builder. The record proves nothing: whoever hands the folder to a release answers for it, as for a part of an image.
/// </summary>
/// <param name="Name">As <c>slipway-verify</c>; every file's name begins with it.</param>
/// <param name="Toolchain">What compiled it.</param>
/// <param name="Origin">Where it was compiled, and from which commit; null where nobody knows.</param>
/// <param name="Files">By their names without folder, sorted.</param>
public sealed record CompiledProgram(
    string Name,
    Toolchain Toolchain,
    AssemblyOrigin? Origin,
    ImmutableSortedDictionary<string, Digest> Files
)
{
    public const string RecordName = "compiled.json";

    private const int Schema = 1,
        MostFiles = 32,
        LongestName = 100,
        MaximumFile = 256 << 20;

    /// <summary>The record of files that lie in a folder.</summary>
    public static CompiledProgram Of(string name, AssemblyOrigin? origin, IEnumerable<string> files) =>
        new(
            name,
            Toolchain.Running,
            origin,
            files.ToImmutableSortedDictionary(
                file => Path.GetFileName(file),
                file => Digest.Of(File.ReadAllBytes(file)),
                StringComparer.Ordinal
            )
        );

    /// <summary>Writes the record beside the files.</summary>
    public async Task WriteAsync(string folder, CancellationToken cancellationToken) =>
        await File.WriteAllBytesAsync(
            Path.Combine(folder, RecordName),
            OciJson.WriteIndented(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("schema", Schema);
                writer.WriteString("program", Name);
                Toolchain.Write(writer);
                Origin?.Write(writer);
                writer.WriteMap("files", Files.ToImmutableSortedDictionary(file => file.Key, file => file.Value.ToString()));
                writer.WriteEndObject();
            }),
            cancellationToken
        );

    /// <summary>Reads the record of a folder.</summary>
    /// <exception cref="ContentException">There is none, or it is damaged.</exception>
    public static async Task<CompiledProgram> ReadAsync(string folder, CancellationToken cancellationToken) =>
        OciJson.Read(
            await RecordFile.ReadAsync(Path.Combine(folder, RecordName), cancellationToken),
            Path.Combine(folder, RecordName),
            Read
        );

    /// <summary>The files, each as the record has it.</summary>
    /// <exception cref="ContentException">One is missing or has other bytes.</exception>
    public async Task<ImmutableArray<ReleasedFile>> FilesAsync(string folder, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<ReleasedFile>();
        foreach ((string name, Digest digest) in Files)
        {
            string path = Path.Combine(folder, name);
            byte[] bytes = await ReadAsync(path, cancellationToken);
            files.Add(
                digest.Matches(bytes)
                    ? new ReleasedFile(name, ReleasedFile.Binary, bytes)
                    : throw new ContentException($"{path}: wanted {digest} by {RecordName}, got {Digest.Of(bytes)}; nothing was signed")
            );
        }

        return files.ToImmutable();

        static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
        {
            try
            {
                return await Task.Run(() => RegularFile.ReadBytes(path, MaximumFile), cancellationToken);
            }
            catch (UnfitFileException e)
            {
                throw new ContentException(e.Message, e);
            }
        }
    }

    private static CompiledProgram Read(JsonElement root)
    {
        if (root.RequiredInt("schema") != Schema)
            throw new ContentException($"'schema' wanted {Schema}, got {root.RequiredInt("schema")}");
        string program = root.RequiredString("program");
        if (!IsName(program))
            throw new ContentException($"'program' wanted a file's name, got '{Printable.Of(program)}'");
        ImmutableSortedDictionary<string, string> files = root.Map("files");
        if (files.Count is 0 or > MostFiles)
            throw new ContentException($"'files' wanted 1 to {MostFiles}, got {files.Count}");
        if (files.Keys.FirstOrDefault(name => !IsName(name) || !name.StartsWith(program, StringComparison.Ordinal)) is { } unfit)
            throw new ContentException($"'files' wanted names that begin with {program}, got '{Printable.Of(unfit)}'");
        return new CompiledProgram(
            program,
            Toolchain.Read(root),
            AssemblyOrigin.Read(root),
            files.ToImmutableSortedDictionary(file => file.Key, file => Digest.Parse(file.Value), StringComparer.Ordinal)
        );
    }

    /// <summary>What every host of releases keeps as it is.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}
