namespace Slipway.Http;

/// <summary>
/// Resolves a <c>Location</c> field (RFC 9110, section 10.2.2; RFC 3986, section 5), which redirects and upload sessions
/// come with, and decides whether to go there: the same origin, or https anywhere else, since servers hand uploads and
/// downloads to storage servers. Plain http leads from this machine to this machine only, and nothing leads from another
/// host to this machine. Credentials go to the server's own origin only, whatever this allows.
/// </summary>
public static class Location
{
    private const int MaximumLength = 8 * 1024;

    /// <param name="from">The address whose answer held the field.</param>
    /// <param name="field">The field's value, unparsed.</param>
    /// <param name="address">Where to go.</param>
    /// <param name="problem">Why not to go there, without the field's query.</param>
    public static bool TryResolve(Uri from, string? field, out Uri address, out string problem)
    {
        ArgumentNullException.ThrowIfNull(from);
        address = from;
        problem = "";
        if (string.IsNullOrEmpty(field))
            problem = "the response has no Location";
        else if (field.Length > MaximumLength || field.Any(c => c is <= ' ' or >= '\x7F' or '\\'))
            problem = "the response's Location is not a URL";
        else if (!Uri.TryCreate(from, field, out Uri? to) || to.Scheme is not ("http" or "https") || to.UserInfo.Length > 0)
            problem = "the response's Location is not an http or https URL, or holds user information";
        else if (!SameOrigin(from, to) && Loopback.Is(to) && !Loopback.Is(from))
            problem = $"the response's Location points to this machine, {Redaction.Of(to)}";
        else if (!SameOrigin(from, to) && to.Scheme != "https" && !(Loopback.Is(from) && Loopback.Is(to)))
            problem = $"the response's Location leaves https or its host: {Redaction.Of(to)}";
        else
            address = to.Fragment.Length == 0 ? to : new Uri(to.GetLeftPart(UriPartial.Query));
        return problem.Length == 0;
    }

    /// <summary>Whether scheme, host and port are the same (RFC 6454, section 4).</summary>
    public static bool SameOrigin(Uri one, Uri other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return one.Scheme == other.Scheme
            && one.Port == other.Port
            && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase);
    }
}
