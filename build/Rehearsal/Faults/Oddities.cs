using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Slipway.Rehearsal;

/// <summary>
/// Where real registries leave the distribution specification, each as its own code or its users describe it (docs/registries.md). None of
/// it is a fault of the release: with any of them at every request, a release still gets through.
/// </summary>
public static partial class Oddities
{
    private const string Page = "<!DOCTYPE html>\n<html><head><title>Not here</title></head><body>\u001b[2J come back later</body></html>";

    private const string TooLarge = "the request body is too large and exceeds the maximum permissible limit of 4.00MiB";

    private const string Unsupported = """{"errors":[{"code":"UNSUPPORTED","message":"not supported here"}]}""";

    private const string Unknown = """{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}""";

    /// <summary>In bytes: the largest chunk that GitHub's registry takes.</summary>
    private const long SmallChunk = 4 * 1024 * 1024;

    /// <summary>Every oddity once, with a name for reports.</summary>
    public static ImmutableArray<FaultKind> All { get; } =
    [
        new("upload status without location, one too high", new FieldOddity(IsStatus, QuayStatus)),
        new("416 one too high and without words", new FieldOddity(IsChunk, QuayDisorder)),
        new("upload status 404", Status(404)),
        new("upload status 405", Status(405)),
        new("upload status 400", Status(400)),
        new("upload status 500", Status(500)),
        new("upload status is a page", StatusPage(200)),
        new("upload range with a unit", new FieldOddity(IsUpload, UnitRange)),
        new("upload range missing", new FieldOddity(IsUpload, response => response.Headers.Remove("Range"))),
        new("chunk answered 201", new FieldOddity(IsPatch, response => Replace(response, 202, 201))),
        new("chunk not kept", new AnswerOddity(IsLaterChunk, 201, "", "") { To = IsPatch, Change = StandStill }),
        new("chunk too large", new AnswerOddity(request => request.ContentLength > SmallChunk, 416, "text/plain", TooLarge) { To = IsPatch }),
        new("chunks unsupported", new AnswerOddity(_ => true, 400, "application/json", Unsupported) { To = IsPatch }),
        new("absolute location with a state", new FieldOddity(IsUpload, StatefulLocation)),
        new("manifest answered 200", new FieldOddity(IsManifestPut, response => Replace(response, 201, 200))),
        new("manifest answered 202", new FieldOddity(IsManifestPut, response => Replace(response, 201, 202))),
        new("blob answered 202", new FieldOddity(IsClosing, response => Replace(response, 201, 202))),
        new("no digest field", new FieldOddity(IsContent, response => response.Headers.Remove("Docker-Content-Digest"))),
        new("HEAD without length", new FieldOddity(IsManifestHead, response => response.ContentLength = null)),
        new("HEAD with length 0", new FieldOddity(IsManifestHead, NoLength)),
        new("media type in capitals with parameters", new FieldOddity(IsTyped, LoudType)),
        new("mount refused", new AnswerOddity(_ => true, 405, "", "") { To = request => request.Method == "POST" && request.Asks("mount") }),
        new("referrers refused with 400", Referrers(400, "application/json", Unknown)),
        new("referrers are a page", Referrers(200, "text/html; charset=utf-8", Page)),
        new("access_token beside an empty token", new TextOddity(IsToken, AccessToken)),
        new("token beside an empty access_token", new TextOddity(IsToken, text => TokenName().Replace(text, "\"access_token\":\"\",\"token\":"))),
    ];

    /// <summary>What stands before registries answers for them: as other answers of that status, with no error document.</summary>
    public static ImmutableArray<FaultKind> Pages { get; } =
    [
        new("503 as a page", PageFault(503)),
        new("502 as a page", PageFault(502)),
        new("429 as plain text", new AnswerOddity(_ => true, 429, "text/plain", "slow down") { To = _ => true }),
    ];

    private static AnswerOddity Status(int status) => new AnswerOddity(_ => true, status, "application/json", Unsupported) { To = IsStatus };

    private static AnswerOddity StatusPage(int status) => new AnswerOddity(_ => true, status, "text/html", Page) { To = IsStatus };

    private static AnswerOddity PageFault(int status) => new(_ => true, status, "text/html", Page) { To = _ => true };

    /// <summary>Without the API, and so without its word for a subject that was pushed.</summary>
    private static Fault Referrers(int status, string type, string body) =>
        new AnswerOddity(_ => true, status, type, body) { To = IsReferrers }.And(new FieldOddity(IsManifestPut, response => response.Headers.Remove("OCI-Subject")));

    /// <summary>Under the other name, and without a life.</summary>
    private static string AccessToken(string text) => Lifetime().Replace(TokenName().Replace(text, "\"token\":\"\",\"access_token\":"), "");

    private static void NoLength(HttpResponse response)
    {
        if (response.StatusCode == 200)
            response.ContentLength = 0;
    }

    private static bool IsUpload(RehearsalRequest request) => request.Concerns("/blobs/uploads/");

    private static bool IsStatus(RehearsalRequest request) => request.Method == "GET" && IsUpload(request);

    private static bool IsPatch(RehearsalRequest request) => request.Method == "PATCH" && IsUpload(request);

    private static bool IsClosing(RehearsalRequest request) => request.Method == "PUT" && IsUpload(request);

    private static bool IsChunk(RehearsalRequest request) => IsPatch(request) || IsClosing(request);

    private static bool IsManifestPut(RehearsalRequest request) => request.Method == "PUT" && request.Concerns("/manifests/");

    private static bool IsManifestHead(RehearsalRequest request) => request.Method == "HEAD" && request.Concerns("/manifests/");

    private static bool IsContent(RehearsalRequest request) => request.Method != "DELETE" && (request.Concerns("/manifests/") || request.Concerns("/blobs/"));

    private static bool IsReferrers(RehearsalRequest request) => request.Concerns("/referrers/");

    private static bool IsToken(RehearsalRequest request) => request.Method == "GET" && request.Path is "/v2/auth" or "/token";

    private static bool IsTyped(RehearsalRequest request) => request.Method is "GET" or "HEAD" && !request.Concerns("/blobs/");

    private static bool IsLaterChunk(HttpRequest request) =>
        request.Headers.ContentRange.ToString() is { Length: > 0 } range && !range.StartsWith("0-", StringComparison.Ordinal);

    private static void Replace(HttpResponse response, int status, int other)
    {
        if (response.StatusCode == status)
            response.StatusCode = other;
    }

    /// <summary>Exclusive where it should be inclusive, and with a unit.</summary>
    private static void QuayStatus(HttpResponse response)
    {
        if (response.StatusCode != 204)
            return;
        response.Headers.Remove("Location");
        response.Headers["Range"] = "bytes=" + OneMore(response.Headers["Range"].ToString());
    }

    private static void QuayDisorder(HttpResponse response)
    {
        if (response.StatusCode == 416)
            response.Headers["Range"] = OneMore(response.Headers["Range"].ToString());
    }

    private static void UnitRange(HttpResponse response)
    {
        if (response.Headers["Range"].ToString() is { Length: > 0 } range)
            response.Headers["Range"] = "bytes=" + range;
    }

    /// <summary>Says that there is what was there before this chunk.</summary>
    private static void StandStill(HttpContext context)
    {
        long first = long.Parse(context.Request.Headers.ContentRange.ToString().Split('-')[0], CultureInfo.InvariantCulture);
        context.Response.Headers.Location = context.Request.Path.ToUriComponent();
        context.Response.Headers["Range"] = $"0-{first - 1}";
    }

    private static void StatefulLocation(HttpResponse response)
    {
        if (response.Headers.Location.ToString() is { Length: > 0 } location && response.StatusCode is 202 or 204)
            response.Headers.Location = $"http://{response.HttpContext.Request.Host}{location}?_state=a%2Bb%2F%3D&X-Signature=c%20d";
    }

    private static void LoudType(HttpResponse response)
    {
        if (response.ContentType is { } type)
            response.ContentType = type.ToUpperInvariant() + "; charset=UTF-8; q=\"a;b\"";
    }

    private static string OneMore(string range) => range is "0-0" or "" ? "0-0"
        : $"0-{long.Parse(range[2..], CultureInfo.InvariantCulture) + 1}";

    [GeneratedRegex("\"token\":")]
    private static partial Regex TokenName();

    [GeneratedRegex(",\"expires_in\":[0-9]+")]
    private static partial Regex Lifetime();
}
