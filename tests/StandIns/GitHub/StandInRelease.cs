namespace Slipway.StandIns;

/// <summary>A release of a <see cref="StandInRepository"/>.</summary>
public sealed class StandInRelease(long id, string tag)
{
    public long Id => id;

    public string Tag { get; set; } = tag;

    public string Target { get; set; } = "main";

    public string? Title { get; set; }

    public string? Notes { get; set; }

    public bool IsDraft { get; set; }

    public bool IsPrerelease { get; set; }

    public bool IsLatest { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? PublishedAt { get; set; }

    public List<StandInAsset> Assets { get; } = [];
}

/// <summary>An asset of a <see cref="StandInRelease"/>.</summary>
/// <param name="State"><c>uploaded</c>, or <c>starter</c> for what a failed upload leaves.</param>
public sealed record StandInAsset(long Id, string Name, string MediaType, string State, byte[] Content)
{
    public DateTimeOffset CreatedAt { get; init; }
}
