using Slipway.Http;

namespace Slipway.Registry;

/// <summary>The credential helpers that can be run here.</summary>
/// <param name="environment">Reads an environment variable; null when it is not set.</param>
/// <param name="time">The clock that bounds how long one may take.</param>
internal sealed class CredentialPrograms(Func<string, string?> environment, TimeProvider time)
{
    /// <exception cref="RemoteException">The name could lead elsewhere.</exception>
    public CredentialProgram Named(string name) => new(name, environment, time);
}
