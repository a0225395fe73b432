using System.Globalization;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>A version of the Engine API, <c>1.41</c>.</summary>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The oldest that is spoken here: that of Docker Engine 20.10.</summary>
    public static ApiVersion Oldest { get; } = new(1, 41);

    /// <summary>The newest that is spoken here; newer Engines still speak it.</summary>
    public static ApiVersion Newest { get; } = new(1, 51);

    /// <exception cref="ContentException">The text is no version.</exception>
    public static ApiVersion Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('.');
        return parts.Length == 2 && Number(parts[0]) is { } major && Number(parts[1]) is { } minor
            ? new ApiVersion(major, minor)
            : throw new ContentException($"API version wanted as in 1.41, got '{Printable.Of(text)}'");
    }

    /// <summary>The newest version that both sides speak; null when there is none.</summary>
    /// <param name="least">The Engine's oldest.</param>
    /// <param name="most">The Engine's newest.</param>
    public static ApiVersion? Negotiate(ApiVersion least, ApiVersion most)
    {
        ApiVersion both = most < Newest ? most : Newest;
        return both >= Oldest && both >= least ? both : null;
    }

    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    private static int? Number(string text) =>
        text.Length <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
