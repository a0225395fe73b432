using System.Runtime.InteropServices;

namespace Nuke.Common.Execution;

/// <summary>
/// Turns the first SIGINT or SIGTERM of the process into a cancelled token, and leaves the second to the system, which ends the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly List<PosixSignalRegistration> registrations = [];

    public Interruption(BuildEnvironment environment)
    {
        source = CancellationTokenSource.CreateLinkedTokenSource(environment.Stop);
        if (!environment.ListensToSignals)
            return;
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
            return;
        context.Cancel = true;
        source.CancelAsync();
    }
}
