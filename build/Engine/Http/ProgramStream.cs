using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Engine;

/// <summary>
/// A program's standard input and output as one stream, which is how ssh leads to an Engine. Disposing ends the program. What it
/// says on standard error becomes the reason when nothing can be read any more.
/// </summary>
internal sealed class ProgramStream : Stream
{
    private const int LongestComplaint = 2000;

    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Task<string> _complaint;
    private bool _answered;

    private ProgramStream(Process process)
    {
        _process = process;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _complaint = ComplaintAsync(process.StandardError);
    }

    /// <exception cref="IOException">The program cannot be started.</exception>
    public static ProgramStream Start(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        ProgramEnvironment.Ssh.ApplyTo(start.Environment);
        try
        {
            return new ProgramStream(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new IOException($"{program} cannot be started: {e.Message}", e);
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await _output.ReadAsync(buffer, cancellationToken);
        if (count == 0 && !buffer.IsEmpty && !_answered)
            throw await EndedAsync(cancellationToken);

        _answered |= count > 0;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _input.WriteAsync(buffer, cancellationToken);
            await _input.FlushAsync(cancellationToken);
        }
        catch (IOException) when (!_answered)
        {
            throw await EndedAsync(cancellationToken);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => _output.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => _input.Write(buffer, offset, count);

    public override void Flush() => _input.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                // It has ended by itself.
            }

            _process.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<IOException> EndedAsync(CancellationToken cancellationToken)
    {
        string said = await _complaint.WaitAsync(cancellationToken);
        return new IOException(said.Length > 0 ? Printable.Of(said) : "the program ended without a response");
    }

    /// <summary>The last line says why; all of it is read, lest the program wait for a reader.</summary>
    private static async Task<string> ComplaintAsync(StreamReader error)
    {
        StringBuilder kept = new();
        char[] buffer = new char[1024];
        try
        {
            int count;
            while ((count = await error.ReadAsync(buffer)) > 0)
            {
                kept.Append(buffer, 0, count);
                if (kept.Length > LongestComplaint)
                    kept.Remove(0, kept.Length - LongestComplaint);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What was said so far is all there is.
        }

        return kept.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
    }
}
