using System.Text;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Answers in a folder, a file each: a line of JSON with address, tag, next page and the body's digest, then the body. For its owner alone,
/// since answers of private repositories are among them; it may be deleted at any time. Several processes may share it.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
public sealed class HttpResponseCache(string folder) : IAnswerStore
{
    private const int MaximumHead = 16 * 1024;

    public async Task<KeptAnswer?> FindAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            FileInfo file = new(PathOf(address));
            return file.Exists && file.Length <= GitHubWire.MaximumAnswer + MaximumHead
                ? Parse(address, await File.ReadAllBytesAsync(file.FullName, cancellationToken))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            return null;
        }
    }

    public async Task KeepAsync(Uri address, KeptAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        byte[] head = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("address", address.AbsoluteUri);
            writer.WriteString("etag", answer.ETag);
            writer.WriteString("next", answer.Next?.AbsoluteUri);
            writer.WriteString("digest", Digest.Of(answer.Body.Span).ToString());
            writer.WriteEndObject();
        });
        string path = PathOf(address),
            unfinished = $"{path}.{Guid.NewGuid():n}";
        try
        {
            MakeFolder();
            FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (FileStream file = new(unfinished, options))
            {
                await file.WriteAsync(head, cancellationToken);
                await file.WriteAsync("\n"u8.ToArray(), cancellationToken);
                await file.WriteAsync(answer.Body, cancellationToken);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be written costs requests and nothing else.
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private void MakeFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string PathOf(Uri address) => Path.Combine(folder, Digest.Of(Encoding.UTF8.GetBytes(address.AbsoluteUri)).Hex);

    private static KeptAnswer? Parse(Uri address, ReadOnlyMemory<byte> file)
    {
        int end = file.Span.IndexOf((byte)'\n');
        if (end < 0)
            return null;
        ReadOnlyMemory<byte> body = file[(end + 1)..];
        return OciJson.Read(file[..end], "kept answer", root =>
            root.RequiredString("address") == address.AbsoluteUri && Digest.Parse(root.RequiredString("digest")).Matches(body.Span)
                ? new KeptAnswer(root.RequiredString("etag"), root.OptionalString("next") is { } next ? new Uri(next) : null, body)
                : null
        );
    }
}
