using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Slipway.Registry;

/// <summary>
/// What an upload knows of its session beside what the registry says: what it was sure of before the latest request, and what that could
/// have added. By it, what registries write in a <c>Range</c> field is read; no field of theirs is believed against it.
/// </summary>
/// <param name="Sure">How many bytes were there before the latest request.</param>
/// <param name="Sent">How many there can be after it.</param>
internal readonly partial record struct UploadState(long Sure, long Sent)
{
    /// <summary>
    /// The count that a Range of the form <c>0-LAST</c> tells (distribution specification, "Pushing a blob in chunks"), also behind
    /// <c>bytes=</c>, as Quay and zot write it; null for every other.
    /// </summary>
    public static long? CountOf(HttpResponseMessage response)
    {
        string range = response.Headers.NonValidated.TryGetValues("Range", out HeaderStringValues values) ? values.ToString() : "";
        Match match = Received().Match(range);
        return match.Success ? long.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) + 1 : null;
    }

    /// <summary>
    /// How many bytes are there after a request that nobody knows the end of; null for unknown. Quay says one more than it has, so one
    /// more than can be means all, and one more than was sure means nothing new. <c>0-0</c> is one byte, and what registries say when
    /// there is none: unknown.
    /// </summary>
    public long? After(long? count) =>
        count is not { } told || told <= 1 || told > Sent + 1 ? null
        : told == Sent + 1 ? Sent
        : told == Sure + 1 ? (Sure > 0 ? Sure : null)
        : told;

    /// <summary>
    /// How many bytes are there after a chunk that was accepted: all of it, unless the registry says that it has a part of it.
    /// </summary>
    public long AfterAccepted(long? count) => count is { } told && told < Sent && !IsBehind(count) ? (told > 1 ? told : 0) : Sent;

    /// <summary>
    /// Whether the range of a chunk that was accepted says that nothing was added. ECR's stands still, and zot's before 2.1.7 and Aliyun's
    /// is that of one chunk alone, while they have the bytes: so it is believed for now, and looked at once more when the upload has ended.
    /// </summary>
    public bool IsBehind(long? count) => count is { } told && Sure > 0 && told <= Sure;

    [GeneratedRegex(@"^(?:bytes[= ])?0-([0-9]{1,18})\z")]
    private static partial Regex Received();
}

/// <summary>Nobody can tell how much of an upload is there, so that it has to begin anew.</summary>
/// <param name="why">What the registry said.</param>
internal sealed class UploadLostException(string why) : Exception(why);
