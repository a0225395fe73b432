using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Slipway.Oci;

namespace Slipway.StandIns;

/// <summary>How an answer becomes one that some real registry gives.</summary>
internal static partial class OddityChanges
{
    public static void Replace(HttpResponse response, int status, int other)
    {
        if (response.StatusCode == status)
            response.StatusCode = other;
    }

    /// <summary>Exclusive where it should be inclusive, and with a unit.</summary>
    public static void QuayStatus(HttpResponse response)
    {
        if (response.StatusCode != 204)
            return;
        response.Headers.Remove("Location");
        response.Headers["Range"] = "bytes=" + OneMore(response.Headers["Range"].ToString());
    }

    public static void QuayDisorder(HttpResponse response)
    {
        if (response.StatusCode == 416)
            response.Headers["Range"] = OneMore(response.Headers["Range"].ToString());
    }

    public static void UnitRange(HttpResponse response)
    {
        if (response.Headers["Range"].ToString() is { Length: > 0 } range)
            response.Headers["Range"] = "bytes=" + range;
    }

    /// <summary>Says that there is what was there before this chunk.</summary>
    public static void StandStill(HttpContext context)
    {
        long first = long.Parse(context.Request.Headers.ContentRange.ToString().Split('-')[0], CultureInfo.InvariantCulture);
        context.Response.Headers.Location = context.Request.Path.ToUriComponent();
        context.Response.Headers["Range"] = $"0-{first - 1}";
    }

    public static void StatefulLocation(HttpResponse response)
    {
        if (response.Headers.Location.ToString() is { Length: > 0 } location && response.StatusCode is 202 or 204)
            response.Headers.Location = $"http://{response.HttpContext.Request.Host}{location}?_state=a%2Bb%2F%3D&X-Signature=c%20d";
    }

    public static void LoudType(HttpResponse response)
    {
        if (response.ContentType is { } type)
            response.ContentType = type.ToUpperInvariant() + "; charset=UTF-8; q=\"a;b\"";
    }

    public static void NoLength(HttpResponse response)
    {
        if (response.StatusCode == 200)
            response.ContentLength = 0;
    }

    /// <summary>Under the other name, and without a life.</summary>
    public static string AccessToken(string text) => Lifetime().Replace(TokenName().Replace(text, "\"token\":\"\",\"access_token\":"), "");

    /// <summary>ECR, zot before 2.1.7: not how much of the blob is there.</summary>
    public static void RangeOfChunk(HttpResponse response)
    {
        if (response.StatusCode == 202)
            response.Headers["Range"] = $"0-{Math.Max(0, (response.HttpContext.Request.ContentLength ?? 1) - 1)}";
    }

    public static void BareDisorder(HttpResponse response)
    {
        if (response.StatusCode != 416)
            return;
        response.Headers.Remove("Range");
        response.Headers.Remove("Location");
    }

    public static void RangeOfNothing(HttpResponse response)
    {
        if (response.Headers["Range"] == "0-0")
            response.Headers["Range"] = "0--1";
    }

    public static void RelativeState(HttpResponse response)
    {
        if (response.Headers.Location.ToString() is { Length: > 0 } location && response.StatusCode is 202 or 204)
            response.Headers.Location = location + "?_nouploadcache=false&_state=a-b_c%3D";
    }

    public static void NoLocation(HttpResponse response)
    {
        if (response.StatusCode == 201)
            response.Headers.Remove("Location");
    }

    public static void BareDigest(HttpResponse response)
    {
        if (Digest.TryParse(response.Headers["Docker-Content-Digest"].ToString(), out Digest? digest) && digest.Algorithm == "sha256")
            response.Headers["Docker-Content-Digest"] = digest.Hex;
    }

    public static void Retype(HttpResponse response, string type)
    {
        if (response.StatusCode == 200)
            response.ContentType = type;
    }

    public static void NoChallenge(HttpResponse response) => response.Headers.Remove("WWW-Authenticate");

    public static void BareLink(HttpResponse response)
    {
        if (response.Headers.Link.ToString() is { Length: > 0 } link)
            response.Headers.Link = link.Replace("<", "", StringComparison.Ordinal)
                .Replace(">", "", StringComparison.Ordinal)
                .Replace("\"", "", StringComparison.Ordinal);
    }

    public static string OwnWords(string text) => ErrorCode().Replace(text, "\"errors\":[{\"code\":\"NOT_FOUND\"");

    public static string DigestAmongTags(string text) =>
        text.Replace("\"tags\":[\"", $"\"tags\":[\"{Digest.Of("one of an index"u8)}\",\"", StringComparison.Ordinal);

    public static string OwnTime(string text) =>
        Issued()
            .Replace(
                text.Replace("\"expires_in\"", "\"expires_at\"", StringComparison.Ordinal),
                "\"issued_at\":\"2026-11-30 11:00:00 UTC\""
            );

    public static string EmptyAccessToken(string text) => TokenName().Replace(text, "\"access_token\":\"\",\"token\":");

    /// <summary>Some token servers look at no further one.</summary>
    public static void FirstScope(HttpRequest request) =>
        request.QueryString = new QueryString(LaterScopes().Replace(request.QueryString.Value ?? "", ""));

    private static string OneMore(string range) =>
        range is "0-0" or "" ? "0-0" : $"0-{long.Parse(range[2..], CultureInfo.InvariantCulture) + 1}";

    [GeneratedRegex("\"token\":")]
    private static partial Regex TokenName();

    [GeneratedRegex(",\"expires_in\":[0-9]+")]
    private static partial Regex Lifetime();

    [GeneratedRegex("\"errors\":\\[\\{\"code\":\"[A-Z_]+_UNKNOWN\"")]
    private static partial Regex ErrorCode();

    [GeneratedRegex("\"issued_at\":\"[^\"]*\"")]
    private static partial Regex Issued();

    [GeneratedRegex("(?<=[?&]scope=.*)&scope=[^&]*")]
    private static partial Regex LaterScopes();
}
