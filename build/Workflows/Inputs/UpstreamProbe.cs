using Slipway.Http;
using Slipway.Images;

namespace Slipway.Workflows;

/// <summary>Asks each upstream host once with few retries and short limits, whether it can be reached from here.</summary>
internal static class UpstreamProbe
{
    private static readonly RetryPolicy Little = new()
    {
        Attempts = 2,
        FirstWait = TimeSpan.FromMilliseconds(200),
        ResponseTimeLimit = TimeSpan.FromSeconds(10),
    };

    /// <summary>Whether every host answers, whatever it says.</summary>
    public static async Task<bool> AnswersAsync(
        IEnumerable<AssemblyRequest> inputs,
        Action<string> log,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        Uri[] hosts =
        [
            .. inputs
                .SelectMany(input => input.Definition.Upstream.ExceptBy(input.Lock.LeftOut, file => file.Name, StringComparer.Ordinal))
                .Select(file => new Uri(new Uri(file.UrlTemplate.Split('{')[0]).GetLeftPart(UriPartial.Authority)))
                .Distinct(),
        ];
        using HttpTransport transport = new(HttpTransport.NewHandler(), Little, time, _ => { });
        foreach (Uri host in hosts)
        {
            try
            {
                using HttpResponseMessage response = await transport.SendAsync(
                    () => new HttpRequestMessage(HttpMethod.Head, host),
                    cancellationToken
                );
            }
            catch (RemoteException e) when (e.Fault == RemoteFault.TryAgain)
            {
                log($"rehearsal: {e.Message}");
                return false;
            }
        }

        return true;
    }
}
