using System.Net;

namespace Slipway.GitHub;

/// <summary>A whole answer.</summary>
/// <param name="Next">Where the list goes on; null after its last page.</param>
/// <param name="ETag">Its tag; null when it has none.</param>
internal sealed record GitHubResponse(HttpStatusCode Status, ReadOnlyMemory<byte> Body, Uri? Next, string? ETag);
