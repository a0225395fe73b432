namespace Slipway.Fetching;

/// <summary>
/// Says where upstream's files are read from: upstream itself, or a mirror that holds <c>https://HOST/PATH</c> as
/// <c>HOST/PATH</c>.
/// </summary>
public sealed class UpstreamMirror
{
    private readonly Uri? _base;

    private UpstreamMirror(Uri? address)
    {
        _base = address;
    }

    /// <summary>Upstream itself.</summary>
    public static UpstreamMirror None { get; } = new(null);

    /// <summary>A mirror from what a person wrote: an http or https address, else a folder.</summary>
    /// <exception cref="ArgumentException">The text is neither.</exception>
    public static UpstreamMirror At(string folderOrAddress)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folderOrAddress);
        if (!folderOrAddress.Contains("://", StringComparison.Ordinal))
            return new UpstreamMirror(new Uri(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folderOrAddress)) + "/"));
        return
            Uri.TryCreate(folderOrAddress.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && Origin.OfMirror(address) is { } origin
            ? new UpstreamMirror(origin.Address)
            : throw new ArgumentException($"upstream mirror '{folderOrAddress}': wanted a folder, http or https");
    }

    /// <summary>Where to read an upstream address from. A query does not count in a mirror.</summary>
    /// <exception cref="ArgumentException">The address is not https, or its path could leave the mirror.</exception>
    public Origin Locate(Uri upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        if (_base is null)
            return Origin.Of(upstream);
        if (!upstream.IsAbsoluteUri || upstream.Scheme is not ("https" or "http"))
            throw new ArgumentException($"upstream address '{upstream}': wanted https");
        string[] parts = upstream.AbsolutePath.TrimStart('/').Split('/');
        if (parts.Any(part => !IsPlain(Uri.UnescapeDataString(part))))
            throw new ArgumentException($"upstream address '{upstream}': its path is not plain, so no mirror can hold it");
        string host = upstream.IsDefaultPort ? upstream.Host : $"{upstream.Host}:{upstream.Port}";
        if (!_base.IsFile)
            return Origin.OfMirror(new Uri(_base, "./" + host + upstream.AbsolutePath));
        string path = Path.Combine([_base.LocalPath, host, .. parts.Select(Uri.UnescapeDataString)]);
        return Origin.OfMirror(
            new UriBuilder
            {
                Scheme = "file",
                Host = "",
                Path = path,
            }.Uri
        );
    }

    private static bool IsPlain(string part) =>
        part.Length > 0 && part is not ("." or "..") && part.AsSpan().IndexOfAny('/', '\\', '\0') < 0;
}
