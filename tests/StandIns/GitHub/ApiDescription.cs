using System.Collections.Concurrent;
using System.Text.Json;
using Slipway.Testing;
using Xunit;

namespace Slipway.StandIns;

/// <summary>
/// GitHub's published OpenAPI description of its REST API, as npm's package @octokit/openapi carries it. Read once for a run of tests; of
/// its operations only those that are asked for are looked at.
/// </summary>
public sealed class ApiDescription
{
    /// <summary>Its name in <c>.ci/peers.txt</c>: no program, and as needful.</summary>
    public const string PeerName = "github-openapi";

    private const string File = "package/generated/api.github.com.json";

    private static readonly NpmPackage Package = new(
        "@octokit/openapi",
        "23.0.2",
        "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
    );

    private static readonly Lazy<Task<(ApiDescription? Found, string Problem)>> Shared = new(LoadAsync);

    private readonly ConcurrentDictionary<(string Method, int Length), IReadOnlyList<ApiOperation>> _operations = new();
    private readonly JsonElement _paths;

    /// <param name="document">An OpenAPI 3.0 document.</param>
    public ApiDescription(JsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Check = new SchemaCheck(document.RootElement);
        _paths = document.RootElement.GetProperty("paths");
    }

    /// <summary>Checks values against its schemas.</summary>
    public SchemaCheck Check { get; }

    /// <summary>The description; null where it cannot be had, which in CI fails the test.</summary>
    public static async Task<ApiDescription?> FindAsync()
    {
        (ApiDescription? found, string problem) = await Shared.Value;
        if (found is null)
            PeerPrograms.RequireInContinuousIntegration(PeerName, problem);
        return found;
    }

    /// <summary>The description; the test is skipped, or in CI fails, when it cannot be had.</summary>
    public static async Task<ApiDescription> RequireAsync()
    {
        if (await FindAsync() is { } found)
            return found;
        throw PeerPrograms.Missing(PeerName, (await Shared.Value).Problem);
    }

    /// <summary>The operation of a request; null when there is none. Of several the one whose path says most.</summary>
    /// <param name="path">Below the API, as it came.</param>
    public ApiOperation? Find(string method, string path)
    {
        string[] parts = path.Trim('/').Split('/');
        return _operations
            .GetOrAdd((method, parts.Length), key => [.. Operations(key.Method, key.Length)])
            .Where(operation => operation.Fits(parts))
            .MaxBy(operation => operation.Literals);
    }

    /// <summary>Those that a path of so many parts may be one of.</summary>
    private IEnumerable<ApiOperation> Operations(string method, int length)
    {
        foreach (JsonProperty path in _paths.EnumerateObject())
        {
            string[] parts = path.Name.Trim('/').Split('/');
            if (parts.Length > length || !path.Value.TryGetProperty(method.ToLowerInvariant(), out JsonElement operation))
                continue;
            ApiOperation found = new(Check, method, path.Name, operation);
            if (parts.Length == length || found.IsOpen)
                yield return found;
        }
    }

    private static async Task<(ApiDescription?, string)> LoadAsync()
    {
        try
        {
            await using FileStream file = System.IO.File.OpenRead(await Package.FileAsync(File));
            return (new ApiDescription(await JsonDocument.ParseAsync(file, new JsonDocumentOptions { MaxDepth = 128 })), "");
        }
        catch (PeerMissingException e)
        {
            return (null, e.Message);
        }
    }
}
