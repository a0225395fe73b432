using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Graph;

/// <summary>
/// A number of bytes as people write it: <c>100MB</c>, <c>2 GiB</c>, <c>4096</c>. Units are of thousands, or with an i of 1024s.
/// </summary>
internal static partial class ByteSize
{
    /// <exception cref="FormatException">It is none, or more than any content has.</exception>
    public static long Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (
            Written().Match(text) is not { Success: true } match
            || !long.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        )
            throw new FormatException($"'{Oci.Printable.Of(text)}': wanted a number of bytes, as 100MB or 2GiB");
        int power =
            "KMGT".IndexOf(match.Groups["unit"].Value.ToUpperInvariant(), StringComparison.Ordinal)
            + (match.Groups["unit"].Length > 0 ? 1 : 0);
        long unit = (long)Math.Pow(match.Groups["binary"].Success ? 1024 : 1000, power);
        return number <= Oci.Descriptor.MaximumSize / unit
            ? number * unit
            : throw new FormatException($"'{Oci.Printable.Of(text)}': wanted at most {Oci.Descriptor.MaximumSize} bytes");
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,18}) ?((?<unit>[KMGTkmgt])(?<binary>i)?)?B?\z")]
    private static partial Regex Written();
}
