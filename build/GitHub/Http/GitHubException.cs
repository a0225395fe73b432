using System.Net;
using Slipway.Http;

namespace Slipway.GitHub;

/// <summary>
/// GitHub did not do what was asked: <c>github.com/poseidon/kubelet: create draft v1.36.4: 422 "Validation Failed" (…); …</c>. 401 and
/// 403 are <see cref="RemoteFault.Refused"/>, 404 and 410 <see cref="RemoteFault.NotFound"/>, a limit, 429, 5xx and the network
/// <see cref="RemoteFault.TryAgain"/>, the rest <see cref="RemoteFault.Protocol"/>. No part of it holds a secret.
/// </summary>
public sealed class GitHubException : RemoteException
{
    internal GitHubException(RemoteFault fault, GitHubCall call, string problem, string next, Exception? innerException = null)
        : base(fault, $"{call.Place}: {call.Operation}: {problem}; {next}", innerException)
    {
        Operation = call.Operation;
        Problem = problem;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>The last response's status; null when there was none.</summary>
    public HttpStatusCode? Status { get; internal init; }

    /// <summary>Whether GitHub understood what was asked and takes it for wrong (422).</summary>
    public bool IsInvalid => Status == HttpStatusCode.UnprocessableContent;

    internal string Problem { get; }

    /// <summary>Whether it may have been done all the same, and must not be asked again before someone has looked.</summary>
    internal bool IsUnclear { get; init; }

    /// <summary>Whether what was to be made is there.</summary>
    internal bool IsThereAlready { get; init; }

    /// <summary>A response that no sound server gives.</summary>
    internal static GitHubException Unsound(GitHubCall call, string problem, Exception? innerException = null) =>
        new(RemoteFault.Protocol, call, problem, "check that this is GitHub's API", innerException);
}
