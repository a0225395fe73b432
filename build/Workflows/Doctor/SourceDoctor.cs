using Slipway.Definitions;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Images;

namespace Slipway.Workflows;

/// <summary>Looks at where an image's files come from: what the cache lacks, and whether the places that have it response.</summary>
internal sealed class SourceDoctor(SourceFetcher sources)
{
    private static readonly RetryPolicy Little = new() { Attempts = 1, ResponseTimeLimit = TimeSpan.FromSeconds(5) };

    /// <summary>A line about upstream's files and one about Debian's packages.</summary>
    public async Task<IReadOnlyList<DoctorLine>> LookAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        DownloadItem[] upstream = Items(input with { Lock = input.Lock with { Packages = [] } });
        DownloadItem[] debian = Items(input with { Lock = input.Lock with { Upstream = [] } });
        return
        [
            await LineAsync(input.Name, "upstream", upstream, "--upstream-mirror", cancellationToken),
            await LineAsync(input.Name, "mirror", debian, "--debian-mirror", cancellationToken),
        ];
    }

    private DownloadItem[] Items(AssemblyRequest input) =>
        [.. new FetchList(input.Definition, input.Lock, input.Platforms).From(sources.DebianAt(input.Lock), sources.Upstream)];

    private async Task<DoctorLine> LineAsync(
        string image,
        string check,
        DownloadItem[] items,
        string option,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<DownloadItem> missing = sources.Download.Missing(items);
        if (missing.Count == 0)
            return DoctorLine.Ok(image, check, $"all {items.Length} files are in the cache");
        if (sources.IsOffline)
            return DoctorLine.Hint(
                image,
                check,
                $"--offline: {missing.Count} files are not in the cache",
                "run Fetch where the network can be reached"
            );
        Uri[] places =
        [
            .. missing
                .Select(item => item.Origins[0].Address)
                .DistinctBy(address => address.IsFile ? address.AbsoluteUri : address.Authority),
        ];
        if (places.FirstOrDefault(place => place.IsFile && !File.Exists(place.LocalPath)) is { } lacking)
            return DoctorLine.Hint(image, check, $"{lacking.LocalPath} does not exist", $"create it, or name another {option}");
        using HttpTransport transport = new(HttpTransport.NewHandler(), Little, sources.Time, _ => { });
        foreach (Uri place in places.Where(place => !place.IsFile))
        {
            try
            {
                using HttpResponseMessage response = await transport.SendAsync(
                    () => new HttpRequestMessage(HttpMethod.Head, place),
                    cancellationToken
                );
            }
            catch (RemoteException e)
            {
                return DoctorLine.Hint(
                    image,
                    check,
                    e.Message,
                    $"name a place that can be reached with {option}, or find out why this one cannot"
                );
            }
        }

        return DoctorLine.Unknown(
            image,
            check,
            $"{string.Join(", ", places.Select(place => place.IsFile ? "the folder" : place.Authority).Distinct())} {(places.All(place => place.IsFile) ? "has" : "can be reached; it is not known whether it has")} "
                + $"the {missing.Count} files that the cache lacks",
            ""
        );
    }
}
