using System.Globalization;

namespace Nuke.Common.CI;

/// <summary>A CI server without a form of its own: a line for each target, with the time, since nothing else shows it.</summary>
public sealed class PlainServer : Host
{
    public override string BeginBlock(string title, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {title}");
}
