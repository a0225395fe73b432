using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Definitions;

/// <summary>A definition or lock of an image cannot be used as it is written; a person must change it.</summary>
public sealed partial class DefinitionException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>
    /// Where in the repository it is written, when the message begins so: <c>images/NAME/image.yaml:LINE:COLUMN: </c>, of a whole file
    /// <c>images/NAME/image.lock.json: </c> (line 1, column 0); null when it does not.
    /// </summary>
    public (string File, int Line, int Column)? Place =>
        Written().Match(Message) is { Success: true } place
            ? (place.Groups["file"].Value, Number(place.Groups["line"], 1), Number(place.Groups["column"], 0))
            : null;

    private static int Number(Group digits, int missing) =>
        digits.Success ? int.Parse(digits.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : missing;

    [GeneratedRegex(@"\A(?<file>images/[^:\p{C}]+\.(?:yaml|json))(?::(?<line>[0-9]{1,7}):(?<column>[0-9]{1,7}))?: ")]
    private static partial Regex Written();
}
