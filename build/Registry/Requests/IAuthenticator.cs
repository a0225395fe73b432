using System.Net.Http.Headers;

namespace Slipway.Registry;

/// <summary>
/// Who we are to one registry, as far as sending a request needs it: what it may carry, what a refusal means, and what is said of both
/// to people. Safe for concurrent use.
/// </summary>
internal interface IAuthenticator
{
    /// <summary>The Authorization for a request, by the challenge last seen; null before the first one.</summary>
    /// <exception cref="RegistryException">There is no token to be had.</exception>
    Task<AuthenticationHeaderValue?> CurrentAsync(RegistryRequest request, CancellationToken cancellationToken);

    /// <summary>Takes note of the challenge of a response of 401. True when repeating the request can help.</summary>
    /// <param name="used">The Authorization that the refused request had.</param>
    /// <exception cref="RegistryException">The challenge names a realm that this registry may not name.</exception>
    Task<bool> ChallengedAsync(
        HttpResponseMessage response,
        RegistryRequest request,
        AuthenticationHeaderValue? used,
        CancellationToken cancellationToken
    );

    /// <summary>What to do about a refusal, naming the credential's source but nothing of it.</summary>
    string AdviceFor(RegistryOperation operation);

    /// <summary>What a server said without our secrets, in the forms in which they are sent.</summary>
    string Conceal(string said);
}
