using System.Runtime.InteropServices;

namespace Slipway.Processes;

/// <summary>Signals to processes by kill(2): .NET 10 itself sends SIGKILL and no other.</summary>
internal static partial class Signal
{
    public const int Kill = 9,
        Terminate = 15;

    /// <summary>Sends it if this very process runs still; one that ended meanwhile, or is another user's, is passed over.</summary>
    public static void Send(ProcessEntry process, int signal)
    {
        if (process.StillRuns)
            _ = SendTo(process.Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendTo(int id, int signal);
}
