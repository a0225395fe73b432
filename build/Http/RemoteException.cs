namespace Slipway.Http;

/// <summary>What a remote party's failure means for whoever asked.</summary>
public enum RemoteFault
{
    /// <summary>Trying again later can help: the network, a time-out, 408, 429, 5xx but 501 and 505.</summary>
    TryAgain,

    /// <summary>The credentials or rights do not suffice: 401, 403.</summary>
    Refused,

    /// <summary>The thing is definitely not there: 404, 410.</summary>
    NotFound,

    /// <summary>It does not prove by TLS to be who it should be, or does not take our proof.</summary>
    Untrusted,

    /// <summary>The response breaks the protocol, or the request is not supported: any other 4xx, 501, 505, a malformed answer.</summary>
    Protocol,
}

/// <summary>A remote party did not do what was asked. The message holds no secret and no query of an address.</summary>
public class RemoteException : Exception
{
    public RemoteException(RemoteFault fault, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Fault = fault;
    }

    public RemoteFault Fault { get; }

    /// <summary>What a status code that is no success means.</summary>
    public static RemoteFault FaultOf(System.Net.HttpStatusCode status) =>
        (int)status switch
        {
            401 or 403 => RemoteFault.Refused,
            404 or 410 => RemoteFault.NotFound,
            501 or 505 => RemoteFault.Protocol,
            408 or 429 or >= 500 => RemoteFault.TryAgain,
            _ => RemoteFault.Protocol,
        };
}
