using System.Net;

namespace Slipway.Registry;

/// <summary>
/// Deletes a tag or a manifest. What must be asked for differs: Quay knows only <c>pull</c> and <c>push</c> and refuses to
/// issue a token for anything else; registries with Docker's token authentication want <c>delete</c>. So the first is asked for,
/// and the other one after a 401.
/// </summary>
internal static class ManifestDeletion
{
    /// <param name="call">The DELETE, with the scope that pushing has.</param>
    /// <param name="scope">The scope of registries that know deletion as a right of its own.</param>
    /// <exception cref="RegistryException">No definite answer, or a refusal.</exception>
    public static async Task<Deletion> SendAsync(Endpoint endpoint, Call call, string scope, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await endpoint.SendAsync(call, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            answer.Dispose();
            call = call with { Scope = scope };
            answer = await endpoint.SendAsync(call, cancellationToken);
        }

        using (answer)
        {
            return answer.StatusCode switch
            {
                // The specification says 202; which success it is does not matter to what is gone.
                HttpStatusCode.Accepted or HttpStatusCode.OK or HttpStatusCode.NoContent => Deletion.Done,
                HttpStatusCode.NotFound => Deletion.Absent,
                HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => Judge(
                    await endpoint.FailureAsync(call, answer, cancellationToken)
                ),
                _ => throw await endpoint.FailureAsync(call, answer, cancellationToken),
            };
        }
    }

    /// <summary>zot says 400 of a repository that is not there, and 405 of a manifest that an index needs.</summary>
    /// <exception cref="RegistryException">This deletion is denied, and not deletion as such.</exception>
    private static Deletion Judge(RegistryException refusal) =>
        refusal.Code switch
        {
            "NAME_UNKNOWN" or "MANIFEST_UNKNOWN" => Deletion.Absent,
            "DENIED" => throw refusal,
            _ => Deletion.Unsupported,
        };
}
