using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Slipway.Rehearsal;
using static Slipway.StandIns.OddityChanges;

namespace Slipway.StandIns;

/// <summary>
/// Where real registries leave the distribution specification, each as its own code or its users describe it (docs/registries.md). None of
/// it is a fault of the release: with any of them at every request, a release still gets through.
/// </summary>
public static class Oddities
{
    private const string Page = "<!DOCTYPE html>\n<html><head><title>Not here</title></head><body>\u001b[2J come back later</body></html>";

    private const string TooLarge = "the request body is too large and exceeds the maximum permissible limit of 4.00MiB";

    private const string Unsupported = """{"errors":[{"code":"UNSUPPORTED","message":"not supported here"}]}""";

    private const string Unauthorized =
        """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Action":"delete"}]}]}""";

    private const string Reset = """{"errors":[{"code":"CONNECTIONRESET","message":"connection reset by peer"}]}""";

    private const string PageRefused =
        """{"errors":[{"code":"PAGINATION_NUMBER_INVALID","message":"invalid number of results requested","detail":{"n":1000}}]}""";

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
        new(
            "chunk too large",
            new AnswerOddity(request => request.ContentLength > SmallChunk, 416, "text/plain", TooLarge) { To = IsPatch }
        ),
        new("chunks unsupported", new AnswerOddity(_ => true, 400, "application/json", Unsupported) { To = IsPatch }),
        new("absolute location with a state", new FieldOddity(IsUpload, StatefulLocation)),
        new("manifest answered 200", new FieldOddity(IsManifestPut, response => Replace(response, 201, 200))),
        new("manifest answered 202", new FieldOddity(IsManifestPut, response => Replace(response, 201, 202))),
        new("blob answered 202", new FieldOddity(IsClosing, response => Replace(response, 201, 202))),
        new("no digest field", new FieldOddity(IsContent, response => response.Headers.Remove("Docker-Content-Digest"))),
        new("HEAD without length", new FieldOddity(IsManifestHead, response => response.ContentLength = null)),
        new("HEAD with length 0", new FieldOddity(IsManifestHead, NoLength)),
        new("media type in capitals with parameters", new FieldOddity(IsTyped, LoudType)),
        new(
            "mount refused",
            new AnswerOddity(_ => true, 405, "", "") { To = request => request.Method == "POST" && request.HasQuery("mount") }
        ),
        new("referrers refused with 400", Referrers(400, "application/json", Unknown)),
        new("referrers are a page", Referrers(200, "text/html; charset=utf-8", Page)),
        new("access_token beside an empty token", new TextOddity(IsToken, AccessToken)),
        new("token beside an empty access_token", new TextOddity(IsToken, EmptyAccessToken)),
        new("range of one chunk alone", new FieldOddity(IsPatch, RangeOfChunk)),
        new("416 without range and location", new FieldOddity(IsChunk, BareDisorder)),
        new("out of order is 400", new FieldOddity(IsChunk, response => Replace(response, 416, 400))),
        new("range of nothing is 0--1", new FieldOddity(IsUpload, RangeOfNothing)),
        new("later chunk refused with 400", new AnswerOddity(IsLaterChunk, 400, "application/json", Reset) { To = IsPatch }),
        new(
            "closing refused with 400 after a chunk",
            new AnswerOddity(IsLaterChunk, 400, "application/json", Unsupported) { To = IsClosing }
        ),
        new("relative location with a state", new FieldOddity(IsUpload, RelativeState)),
        new("upload begun with 200", new FieldOddity(IsBegin, response => Replace(response, 202, 200))),
        new("upload begun with 204", new FieldOddity(IsBegin, response => Replace(response, 202, 204))),
        new("cancel refused with 401", new AnswerOddity(_ => true, 401, "application/json", Unauthorized) { To = IsCancel }),
        new("created without location", new FieldOddity(IsCreation, NoLocation)),
        new("digest without algorithm", new FieldOddity(IsContent, BareDigest)),
        new("HEAD of a manifest refused with 405", new AnswerOddity(_ => true, 405, "", "") { To = IsManifestHead }),
        new("HEAD refused with 403", new AnswerOddity(_ => true, 403, "", "") { To = IsHead }),
        new("manifest as text", new FieldOddity(IsManifestRead, response => Retype(response, "text/plain; charset=utf-8"))),
        new("manifest as bytes", new FieldOddity(IsManifestRead, response => Retype(response, "application/octet-stream"))),
        new("error in words of its own", new TextOddity(IsRead, OwnWords)),
        new(
            "size of a page refused",
            new AnswerOddity(request => request.Query.ContainsKey("n"), 400, "application/json", PageRefused) { To = IsTags }
        ),
        new("digests among the tags", new TextOddity(IsTags, DigestAmongTags)),
        new("link without brackets", new FieldOddity(IsList, BareLink)),
        new("first scope alone counts", new RequestOddity(IsToken, FirstScope)),
        new("expires_at and a time of its own", new TextOddity(IsToken, OwnTime)),
        new("401 without a challenge but at the root", new FieldOddity(IsBelowRoot, NoChallenge)),
    ];

    /// <summary>
    /// A token that was good and is worth nothing from one request on, refused as no specification says. For single requests: the same one
    /// with a new token succeeds.
    /// </summary>
    public static ImmutableArray<FaultKind> Lapses { get; } =
    [
        new(
            "token lapsed, and a Basic challenge",
            new LapseOddity(HasToken, response => response.Headers.WWWAuthenticate = "Basic realm=\"harbor\"")
        ),
        new("token lapsed, and no challenge", new LapseOddity(HasToken, response => response.Headers.Remove("WWW-Authenticate"))),
    ];

    /// <summary>What stands before registries answers for them: as other answers of that status, with no error document.</summary>
    public static ImmutableArray<FaultKind> Pages { get; } =
    [
        new("503 as a page", PageFault(503)),
        new("502 as a page", PageFault(502)),
        new("429 as plain text", new AnswerOddity(_ => true, 429, "text/plain", "slow down") { To = _ => true }),
    ];

    private static AnswerOddity Status(int status) =>
        new AnswerOddity(_ => true, status, "application/json", Unsupported) { To = IsStatus };

    private static AnswerOddity StatusPage(int status) => new AnswerOddity(_ => true, status, "text/html", Page) { To = IsStatus };

    private static AnswerOddity PageFault(int status) => new(_ => true, status, "text/html", Page) { To = _ => true };

    /// <summary>Without the API, and so without its word for a subject that was pushed.</summary>
    private static Fault Referrers(int status, string type, string body) =>
        new AnswerOddity(_ => true, status, type, body) { To = IsReferrers }.And(
            new FieldOddity(IsManifestPut, response => response.Headers.Remove("OCI-Subject"))
        );

    private static bool IsUpload(RehearsalRequest request) => request.Concerns("/blobs/uploads/");

    private static bool IsStatus(RehearsalRequest request) => request.Method == "GET" && IsUpload(request);

    private static bool IsPatch(RehearsalRequest request) => request.Method == "PATCH" && IsUpload(request);

    private static bool IsBegin(RehearsalRequest request) => request.Method == "POST" && IsUpload(request);

    private static bool IsCancel(RehearsalRequest request) => request.Method == "DELETE" && IsUpload(request);

    private static bool IsCreation(RehearsalRequest request) => IsClosing(request) || IsManifestPut(request);

    private static bool IsClosing(RehearsalRequest request) => request.Method == "PUT" && IsUpload(request);

    private static bool IsChunk(RehearsalRequest request) => IsPatch(request) || IsClosing(request);

    private static bool IsManifestPut(RehearsalRequest request) => request.Method == "PUT" && request.Concerns("/manifests/");

    private static bool IsManifestHead(RehearsalRequest request) => request.Method == "HEAD" && request.Concerns("/manifests/");

    private static bool IsManifestRead(RehearsalRequest request) => request.Method is "GET" or "HEAD" && request.Concerns("/manifests/");

    private static bool IsHead(RehearsalRequest request) => request.Method == "HEAD";

    private static bool IsRead(RehearsalRequest request) => request.Method == "GET" && (request.Concerns("/manifests/") || IsList(request));

    private static bool IsTags(RehearsalRequest request) =>
        request.Method == "GET" && request.Path.EndsWith("/tags/list", StringComparison.Ordinal);

    private static bool IsList(RehearsalRequest request) => IsTags(request) || IsReferrers(request);

    private static bool IsBelowRoot(RehearsalRequest request) => request.Path != "/v2/" && !IsToken(request);

    private static bool HasToken(RehearsalRequest request) => request.HasAuthorization && !IsToken(request);

    private static bool IsContent(RehearsalRequest request) =>
        request.Method != "DELETE" && (request.Concerns("/manifests/") || request.Concerns("/blobs/"));

    private static bool IsReferrers(RehearsalRequest request) => request.Concerns("/referrers/");

    private static bool IsToken(RehearsalRequest request) => request.Method == "GET" && request.Path is "/v2/auth" or "/token";

    private static bool IsTyped(RehearsalRequest request) => request.Method is "GET" or "HEAD" && !request.Concerns("/blobs/");

    private static bool IsLaterChunk(HttpRequest request) =>
        request.Headers.ContentRange.ToString() is { Length: > 0 } range && !range.StartsWith("0-", StringComparison.Ordinal);
}
