using System.Globalization;

namespace Slipway.Processes;

/// <summary>A process as the kernel lists it (proc_pid_stat(5)). Ids are used again; an id with its start time is not.</summary>
/// <param name="Parent">Who has to bury it: who started it, or 1 or a subreaper once that has ended.</param>
/// <param name="State">A letter: <c>Z</c> has ended and waits for its parent to notice.</param>
/// <param name="StartTime">In clock ticks since the machine started.</param>
internal sealed record ProcessEntry(int Id, int Parent, char State, ulong StartTime)
{
    private const int StateField = 0,
        ParentField = 1,
        StartField = 19;

    /// <summary>Whether it has not ended.</summary>
    public bool Runs => State is not ('Z' or 'X');

    /// <summary>Whether this very process runs still.</summary>
    public bool StillRuns => Read(Id) is { Runs: true } now && now.StartTime == StartTime;

    /// <summary>All that run now.</summary>
    public static IEnumerable<ProcessEntry> All() =>
        Directory
            .EnumerateDirectories("/proc")
            .Select(folder =>
                int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? Read(id) : null
            )
            .OfType<ProcessEntry>()
            .Where(entry => entry.Runs);

    /// <summary>Null when there is none of this id.</summary>
    public static ProcessEntry? Read(int id)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            // The program's name stands in parentheses and may hold blanks, line ends and parentheses.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return new ProcessEntry(
                id,
                int.Parse(fields[ParentField], CultureInfo.InvariantCulture),
                fields[StateField][0],
                ulong.Parse(fields[StartField], CultureInfo.InvariantCulture)
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether it was started with a variable of this value (proc_pid_environ(5)); false where that may not be known.</summary>
    public bool Has(ReadOnlySpan<byte> variable)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{Id}/environ").AsSpan().IndexOf(variable) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
