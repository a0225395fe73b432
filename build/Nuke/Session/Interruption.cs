using System.Runtime.InteropServices;

namespace Nuke.Common.Execution;

/// <summary>
/// Turns the first SIGINT or SIGTERM of the process into a cancelled token, and leaves the second to the system, which ends the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Interruption(BuildEnvironment environment)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(environment.Stop);
        if (!environment.ListensToSignals)
            return;
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        _source.CancelAsync();
    }
}
