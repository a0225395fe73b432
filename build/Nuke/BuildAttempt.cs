using System.Security.Cryptography;
using System.Text;
using Nuke.Common.IO;
using Nuke.Common.Output;

namespace Nuke.Common.Execution;

/// <summary>
/// What the run had done when it failed: <c>.nuke/temp/build-attempt.log</c> holds a digest of the command line, then a target per line as
/// it succeeds. <c>--continue</c> goes on from there when the command line is otherwise the same. A run that succeeds leaves no file, so
/// there is nothing to go on from. A file that cannot be kept is warned of and fails no build.
/// </summary>
internal sealed class BuildAttempt
{
    public const string FileName = "build-attempt.log";

    private readonly AbsolutePath _file;
    private readonly string _digest;
    private readonly BuildLog _log;
    private readonly List<string> _done = [];

    private BuildAttempt(AbsolutePath file, string invocation, BuildLog log)
    {
        (_file, _log) = (file, log);
        _digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(invocation)));
    }

    /// <param name="invocation">Equal for equal calls.</param>
    public static BuildAttempt Begin(BuildSession session, string invocation, bool continues, BuildLog log)
    {
        BuildAttempt attempt = new(session.RootDirectory / RootFolder.Mark / "temp" / FileName, invocation, log);
        if (continues)
            attempt.Read();
        if (attempt._done.Count == 0)
            attempt.Forget();
        return attempt;
    }

    /// <summary>Whether an earlier run that this one goes on from had done the target.</summary>
    public bool HasDone(string target) => _done.Contains(target);

    /// <summary>The file is always of one run: another that goes on at the same time replaces it as a whole.</summary>
    public void Add(string target) =>
        Keep(() =>
        {
            _done.Add(target);
            _file.Parent!.CreateDirectory();
            string part = $"{_file}.{Environment.ProcessId}.part";
            File.WriteAllLines(part, [_digest, .. _done]);
            File.Move(part, _file.ToString(), overwrite: true);
        });

    public void End(bool succeeded)
    {
        if (succeeded)
            Forget();
    }

    private void Forget()
    {
        if (_file.FileExists())
            Keep(() => File.Delete(_file.ToString()));
    }

    private void Read() =>
        Keep(() =>
        {
            string[] lines = _file.FileExists() ? File.ReadAllLines(_file.ToString()) : [];
            if (lines is [])
                _log.Warning("--continue: no failed run to continue was found; starting from the beginning");
            else if (lines[0] != _digest)
                _log.Warning("--continue: the last failed run had another command line; starting from the beginning");
            else
                _done.AddRange(lines[1..]);
        });

    private void Keep(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning($"{RootFolder.Mark}/temp/{FileName} cannot be written, so --continue cannot continue this run: {e.Message}");
        }
    }
}
