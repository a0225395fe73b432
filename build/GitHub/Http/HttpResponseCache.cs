using System.Text;
using Slipway.Oci;

namespace Slipway.GitHub;

/// <summary>
/// Answers in a folder, a file each: a line of JSON with address, tag, next page and the body's digest, then the body. For its owner alone,
/// since answers of private repositories are among them; it may be deleted at any time. Several processes may share it.
/// </summary>
/// <param name="folder">Made when something is kept.</param>
public sealed class HttpResponseCache(string folder) : IResponseStore
{
    private const int MaximumHead = 16 * 1024;

    public async Task<KeptResponse?> FindAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            FileInfo file = new(PathOf(address));
            return file.Exists && file.Length <= GitHubRequests.MaximumResponse + MaximumHead
                ? Parse(address, await File.ReadAllBytesAsync(file.FullName, cancellationToken))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ContentException)
        {
            return null;
        }
    }

    public async Task KeepAsync(Uri address, KeptResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        byte[] head = OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("address", address.AbsoluteUri);
            writer.WriteString("etag", response.ETag);
            writer.WriteString("next", response.Next?.AbsoluteUri);
            writer.WriteString("digest", Digest.Of(response.Body.Span).ToString());
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
                await file.WriteAsync(response.Body, cancellationToken);
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

    private static KeptResponse? Parse(Uri address, ReadOnlyMemory<byte> file)
    {
        int end = file.Span.IndexOf((byte)'\n');
        if (end < 0)
            return null;
        ReadOnlyMemory<byte> body = file[(end + 1)..];
        return OciJson.Read(file[..end], "cached response", root =>
            root.RequiredString("address") == address.AbsoluteUri && Digest.Parse(root.RequiredString("digest")).Matches(body.Span)
                ? new KeptResponse(root.RequiredString("etag"), root.OptionalString("next") is { } next ? new Uri(next) : null, body)
                : null
        );
    }
}
