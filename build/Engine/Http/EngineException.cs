using Slipway.Http;

namespace Slipway.Engine;

/// <summary>
/// A Docker Engine did not do what was asked. <see cref="RemoteFault.NotFound"/> without <see cref="IsResponse"/> means that no
/// Engine is there; <see cref="RemoteFault.TryAgain"/> that it went away or does not keep up.
/// </summary>
public sealed class EngineException(RemoteFault fault, string message, Exception? innerException = null)
    : RemoteException(fault, message, innerException)
{
    /// <summary>Whether the Engine itself said so: it is there and does not do it.</summary>
    public bool IsResponse { get; init; }

    /// <summary>Whether what names the Engine is wrong: a variable, a context.</summary>
    public bool IsConfiguration { get; init; }

    internal static EngineException Configuration(string message) => new(RemoteFault.Protocol, message) { IsConfiguration = true };
}
