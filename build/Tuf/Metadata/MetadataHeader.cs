using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Tuf;

/// <summary>What all metadata says of itself (specification, 4.3): its version, from 1, and until when it is to be believed.</summary>
/// <param name="Name">The file, for errors.</param>
internal sealed partial record MetadataHeader(string Name, long Version, DateTimeOffset Expires)
{
    /// <summary>Reads <c>_type</c>, <c>spec_version</c>, <c>version</c> and <c>expires</c>.</summary>
    /// <param name="name">The file, for errors.</param>
    /// <param name="type">What <c>_type</c> has to be.</param>
    /// <exception cref="ContentException">One is missing, or of another form.</exception>
    /// <exception cref="TufException">It follows a specification that is not known here.</exception>
    public static MetadataHeader Read(JsonElement signed, string name, string type)
    {
        if (signed.RequiredString("_type") is var got && got != type)
            throw new ContentException($"'_type' wanted {type}, got {Printable.Of(got)}");
        string specification = signed.RequiredString("spec_version");
        if (!KnownSpecification().IsMatch(specification))
        {
            throw new TufException(
                TufFailure.UnknownFormat,
                $"{name}: wanted version 1 of the TUF specification, got {Printable.Of(specification)}"
            );
        }

        return new MetadataHeader(name, ReadVersion(signed), ReadTime(signed));
    }

    /// <summary>A version: a whole number from 1.</summary>
    /// <exception cref="ContentException">It is none.</exception>
    public static long ReadVersion(JsonElement element) =>
        element.RequiredNumber("version") is >= 1 and var version
            ? version
            : throw new ContentException($"'version' wanted 1 or more, got {element.RequiredNumber("version")}");

    /// <summary>Makes sure that nobody holds back newer metadata.</summary>
    /// <param name="now">When the update began; null where it does not matter.</param>
    /// <exception cref="TufException">It expired.</exception>
    public void RequireFresh(DateTimeOffset? now)
    {
        if (now is { } time && Expires <= time)
            throw new TufException(TufFailure.Freeze, $"{Name}: it expired at {UtcSecond.Text(Expires)}, and it is {UtcSecond.Text(time)}");
    }

    /// <summary>A time with its offset: one without would be another time on each machine.</summary>
    private static DateTimeOffset ReadTime(JsonElement signed) =>
        Timestamp().IsMatch(signed.RequiredString("expires"))
            ? signed.RequiredTime("expires")
            : throw new ContentException(
                $"'expires' wanted a time as 2030-01-01T00:00:00Z, got {Printable.Of(signed.RequiredString("expires"))}"
            );

    [GeneratedRegex(@"\A1(\.(0|[1-9][0-9]{0,8})){1,2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex KnownSpecification();

    [GeneratedRegex(@"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Timestamp();
}
