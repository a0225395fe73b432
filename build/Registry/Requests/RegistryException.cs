using System.Globalization;
using System.Net;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry;

/// <summary>
/// A registry did not do what was asked: <c>quay.io/poseidon/kubelet: PUT manifest v1.36.4: 429 after 6 tries over 190 s;
/// wait a while, then run the same command again</c>. 401 and 403 are <see cref="RemoteFault.Refused"/>, 404
/// <see cref="RemoteFault.NotFound"/>, 429, 5xx and the network <see cref="RemoteFault.TryAgain"/>, the rest
/// <see cref="RemoteFault.Protocol"/>. No part of it holds a secret.
/// </summary>
public sealed class RegistryException : RemoteException
{
    internal RegistryException(
        RemoteFault fault,
        RegistryOperation operation,
        string problem,
        string next,
        Exception? innerException = null
    )
        : base(fault, $"{operation.Place}: {operation.Name}: {problem}; {next}", innerException)
    {
        Registry = operation.Registry;
        RepositoryName = operation.RepositoryName;
        Operation = operation.Name;
    }

    /// <summary>The registry as references write it.</summary>
    public string Registry { get; }

    /// <summary>The name inside the registry; null when the request was about the registry itself.</summary>
    public string? RepositoryName { get; }

    /// <summary>What was tried, <c>PUT manifest v1.36.4</c>.</summary>
    public string Operation { get; }

    /// <summary>The last response's status; null when there was none.</summary>
    public HttpStatusCode? Status { get; private init; }

    /// <summary>The registry's own error code (distribution specification, "Error Codes"); null when it gave none.</summary>
    public string? Code { get; private init; }

    /// <summary>Whether the connection broke after the response had begun.</summary>
    internal bool IsBroken { get; private init; }

    /// <summary>A response that no sound registry gives.</summary>
    internal static RegistryException Unsound(RegistryOperation operation, string problem) =>
        new(RemoteFault.Protocol, operation, problem, "check that the registry works correctly");

    /// <summary>
    /// Where a list goes on (distribution specification, "Listing Tags" and "Listing Referrers"); null after the last page.
    /// </summary>
    /// <exception cref="RegistryException">Where we do not go, or nobody can tell.</exception>
    internal static Uri? NextPage(RegistryOperation operation, HttpResponseMessage response) =>
        PageLink.TryRead(response, out Uri? next, out string problem) ? next : throw Unsound(operation, problem);

    /// <summary>The connection broke after the response had begun, or was too slow.</summary>
    internal static RegistryException Broken(RegistryOperation operation, Exception e) =>
        new(
            RemoteFault.TryAgain,
            operation,
            $"the connection broke while reading: {Printable.Of(TransientFault.Reason(e))}",
            "run the same command again",
            e
        )
        {
            IsBroken = true,
        };

    internal static RegistryException ForStatus(
        RegistryOperation operation,
        HttpStatusCode status,
        ReadOnlyMemory<byte> body,
        IAuthenticator who
    )
    {
        RegistryError error = RegistryError.Parse(body, who.Conceal);
        RemoteFault fault = FaultOf(status);
        string code = ((int)status).ToString(CultureInfo.InvariantCulture);
        return new RegistryException(fault, operation, Problem(code, error), Next(fault, who.AdviceFor(operation)))
        {
            Status = status,
            Code = error.Code,
        };
    }

    internal static RegistryException ForExhausted(RegistryOperation operation, ExhaustedException failure, IAuthenticator who)
    {
        RegistryError error = RegistryError.Parse(failure.Body, who.Conceal);
        return new RegistryException(failure.Fault, operation, Problem(failure.Outcome, error), Next(failure.Fault, ""), failure)
        {
            Status = failure.Status,
            Code = error.Code,
        };
    }

    private static string Problem(string outcome, RegistryError error) => error == RegistryError.None ? outcome : $"{outcome} {error}";

    private static string Next(RemoteFault fault, string credentials) =>
        fault switch
        {
            RemoteFault.TryAgain => "wait a while, then run the same command again",
            RemoteFault.Refused => credentials,
            RemoteFault.Untrusted =>
                "nothing was sent. Name its authority with --registry-ca HOST=FILE, our certificate with --client-certificate HOST=FILE",
            RemoteFault.NotFound => "check the name, and that the repository exists there",
            _ => "the registry refuses this request; its own response names the reason",
        };
}
