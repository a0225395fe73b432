using Slipway.Http;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// The file that a verification summary is written to. While something is verified there is none, so that nobody takes the summary of an
/// earlier run for one of this.
/// </summary>
public sealed class SummaryFile
{
    /// <summary>In bytes; none that was written here is larger.</summary>
    private const int MaximumSize = 4 << 20;

    private readonly string _path;

    private SummaryFile(string path) => _path = path;

    /// <summary>Takes away the summary of an earlier run.</summary>
    /// <exception cref="WrongUseException">No file can be there, or one is that is no earlier summary.</exception>
    public static SummaryFile Prepare(string path)
    {
        string full = Path.GetFullPath(path);
        if (!Directory.Exists(Path.GetDirectoryName(full)) || Directory.Exists(full))
            throw new WrongUseException($"--summary {path}: wanted a file in a folder that exists");
        if (File.Exists(full))
        {
            // A key or a device that is named by mistake stays.
            if (!IsSummary(full))
                throw new WrongUseException(
                    $"--summary {path}: there is a file that is no verification summary, and it was not replaced. Name another file"
                );
            File.Delete(full);
        }

        return new SummaryFile(full);
    }

    /// <summary>Writes a summary that nobody signs; none where there is none to tell.</summary>
    public Task WriteAsync(Statement? statement, CancellationToken cancellationToken) =>
        statement is null ? Task.CompletedTask : WriteAsync(statement.ToBytes(), cancellationToken);

    /// <summary>Writes it whole or not at all.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string unfinished = _path + ".unfinished";
        try
        {
            await File.WriteAllBytesAsync(unfinished, content, cancellationToken);
            File.Move(unfinished, _path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    /// <summary>Whatever it says, and whoever signed it: it is going to be replaced.</summary>
    private static bool IsSummary(string path)
    {
        try
        {
            byte[] content = RegularFile.ReadBytes(path, MaximumSize);
            return (TypeOf(() => Statement.Parse(content)) ?? TypeOf(() => SigstoreBundle.Parse(content).Envelope.Statement))
                == VerificationSummary.Type;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? TypeOf(Func<Statement?> read)
    {
        try
        {
            return read()?.PredicateType;
        }
        catch (ContentException)
        {
            return null;
        }
    }
}
