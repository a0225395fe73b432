using System.Text;

namespace Slipway.Processes;

/// <summary>
/// A program with all its descendants, those among them whose parents have ended: they have the program's mark in their environment, as
/// they inherited it, or came from a process that was seen before. Known where the system lists processes in /proc, as Linux does.
/// </summary>
internal sealed class ProcessTree
{
    /// <summary>
    /// The variable that marks descendants; one that starts programs as we do hands on what it got, so that marks add up.
    /// </summary>
    public const string Mark = "STARTED_BY_SLIPWAY";

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    private readonly Dictionary<(int Id, ulong StartTime), ProcessEntry> _known = [];
    private readonly ProcessEntry? _root;
    private readonly byte[] _mark;

    /// <param name="id">Of the program, right after it was started.</param>
    /// <param name="mark">As <see cref="NewMark"/> made it, which the program got.</param>
    public ProcessTree(int id, string mark)
    {
        _mark = Encoding.UTF8.GetBytes(mark);
        _root = IsListed ? ProcessEntry.Read(id) : null;
        if (_root is not null)
            _known.Add((_root.Id, _root.StartTime), _root);
    }

    /// <summary>Whether this system lists its processes.</summary>
    public static bool IsListed { get; } = OperatingSystem.IsLinux() && File.Exists("/proc/self/stat");

    /// <summary>Whether the program itself runs; true where that cannot be known.</summary>
    public bool RootRuns => _root?.StillRuns ?? true;

    /// <summary>No other program has it.</summary>
    public static string NewMark() => $"{Environment.GetEnvironmentVariable(Mark)}/{Guid.NewGuid():N}";

    /// <summary>Sends SIGTERM to all of it, and SIGKILL to what is left after a while, until nothing is.</summary>
    /// <param name="grace">How long between the two.</param>
    /// <param name="limit">How long to try the second: what waits for a disk that does not answer cannot be ended.</param>
    public async Task EndAsync(TimeSpan grace, TimeSpan limit)
    {
        Look();
        Send(Signal.Terminate);
        for (long start = Environment.TickCount64; Left().Any() && Environment.TickCount64 - start < grace.TotalMilliseconds; )
            await Task.Delay(Glance);
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < limit.TotalMilliseconds; )
        {
            // Looked for each time: what forks while it is ended has children that nobody has seen.
            Look();
            if (!Left().Any())
                return;
            Send(Signal.Kill);
            await Task.Delay(Glance);
        }
    }

    private void Send(int signal)
    {
        foreach (ProcessEntry process in _known.Values)
            Signal.Send(process, signal);
    }

    private IEnumerable<ProcessEntry> Left() => _known.Values.Where(process => process.StillRuns);

    /// <summary>Adds what is there now.</summary>
    private void Look()
    {
        ProcessEntry[] candidates =
        [
            .. ProcessEntry.All().Where(process => process.StartTime >= (_root?.StartTime ?? 0) && process.Id != Environment.ProcessId),
        ];
        HashSet<int> inside = [.. Left().Select(process => process.Id)];
        foreach (ProcessEntry process in candidates.Where(process => process.Has(_mark)))
            inside.Add(process.Id);
        int before;
        do
        {
            before = inside.Count;
            inside.UnionWith(candidates.Where(process => inside.Contains(process.Parent)).Select(process => process.Id).ToArray());
        } while (inside.Count > before);
        foreach (ProcessEntry process in candidates.Where(process => inside.Contains(process.Id)))
            _known[(process.Id, process.StartTime)] = process;
    }
}
