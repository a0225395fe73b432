using System.Globalization;
using Slipway.Oci;

namespace Slipway.Debian;

/// <summary>An index file that a release names: its path below <c>dists/SUITE/</c>, size in bytes and hash.</summary>
public sealed record ReleaseEntry(string Path, long Size, Digest Digest);

/// <summary>What Debian says about a suite (Debian repository format, "Release" files), once its signature was verified.</summary>
public sealed record ReleaseFile
{
    private const int LongestText = 16 << 20;

    /// <summary>So much may an archive's clock be ahead of this machine's.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    public required string Suite { get; init; }

    public required string Codename { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Null when the suite never expires, as a stable one does not.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Whether files can also be had under their hash, where a mirror's update does not swap them.</summary>
    public bool HasByHash { get; init; }

    /// <summary>By path.</summary>
    public required IReadOnlyDictionary<string, ReleaseEntry> Files { get; init; }

    /// <param name="text">The signed text alone, as <see cref="Gpgv.VerifyAsync"/> gives it.</param>
    /// <param name="what">What it is, for the error.</param>
    /// <exception cref="ContentException">A needed field is missing or malformed.</exception>
    public static ReleaseFile Parse(byte[] text, string what)
    {
        using MemoryStream stream = new(text);
        ControlReader reader = new(stream, what, LongestText);
        if (!reader.Read())
            throw new ContentException($"{what}: it is empty");
        ReleaseFile release = new()
        {
            Suite = reader.Text("Suite"u8),
            Codename = reader.Text("Codename"u8),
            Date = DateOf(reader.Text("Date"u8), what) ?? throw new ContentException($"{what}: the field Date is missing"),
            ValidUntil = DateOf(reader.Text("Valid-Until"u8), what),
            HasByHash = reader.Text("Acquire-By-Hash"u8) == "yes",
            Files = FilesOf(reader.Text("SHA256"u8), what),
        };
        return reader.Read() ? throw new ContentException($"{what}: wanted one paragraph, got more") : release;
    }

    /// <summary>Makes sure that this is the suite asked for, not another one that is signed just as well.</summary>
    /// <exception cref="ContentException">It is another.</exception>
    public void RequireSuite(string wanted)
    {
        if (Suite != wanted && Codename != wanted)
            throw new ContentException(
                $"suite {wanted}: wanted a release of that Suite or Codename, got Suite {Printable.Of(Suite)}, "
                    + $"Codename {Printable.Of(Codename)}"
            );
    }

    /// <summary>Makes sure that nobody holds back newer releases.</summary>
    /// <param name="wanted">The suite's name as it was asked for.</param>
    /// <exception cref="ContentException">It expired.</exception>
    public void RequireFresh(string wanted, DateTimeOffset now)
    {
        if (ValidUntil is { } until && until < now)
        {
            throw new ContentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"suite {wanted}: its release of {Date:u} was valid until {until:u}, it is {now:u}; the mirror is out of date: "
                        + $"name another with --debian-mirror"
                )
            );
        }
    }

    /// <summary>Makes sure that it was not made tomorrow: one that is would outlast every newer one.</summary>
    /// <param name="wanted">The suite's name as it was asked for.</param>
    /// <exception cref="ContentException">It is dated later than clocks differ.</exception>
    public void RequireNotFuture(string wanted, DateTimeOffset now)
    {
        if (Date - now > ClockTolerance)
        {
            throw new ContentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"suite {wanted}: its release is dated {Date:u}, which is in the future: it is {now:u}. Check whether this machine's "
                        + $"clock is right; if it is, name another mirror with --debian-mirror"
                )
            );
        }
    }

    /// <summary>Makes sure that nobody goes back to a release older than one that was locked before.</summary>
    /// <param name="wanted">The suite's name as it was asked for.</param>
    /// <param name="locked">The date of the release in the lock.</param>
    /// <exception cref="ContentException">It is older; names both dates.</exception>
    public void RequireNotBefore(string wanted, DateTimeOffset locked)
    {
        if (Date < locked)
        {
            throw new ContentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"suite {wanted}: wanted a release no older than the lock's of {locked:u}, got one of {Date:u}; the mirror is "
                        + $"behind: name another "
                        + $"with --debian-mirror. To go back on purpose, delete image.lock.json first"
                )
            );
        }
    }

    private static DateTimeOffset? DateOf(string text, string what)
    {
        if (text.Length == 0)
            return null;
        string plain = text.EndsWith(" UTC", StringComparison.Ordinal) ? text[..^4] : text.Replace(" GMT", "", StringComparison.Ordinal);
        return DateTimeOffset.TryParseExact(
            plain.Replace("+0000", "", StringComparison.Ordinal).Trim(),
            "ddd, d MMM yyyy HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset date
        )
            ? date
            : throw new ContentException($"{what}: '{Printable.Of(text)}' is not a date");
    }

    private static Dictionary<string, ReleaseEntry> FilesOf(string field, string what)
    {
        Dictionary<string, ReleaseEntry> files = new(StringComparer.Ordinal);
        foreach (string line in field.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                words.Length != 3
                || !Digest.TryParse("sha256:" + words[0], out Digest? digest)
                || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                || size > Descriptor.MaximumSize
            )
            {
                throw new ContentException($"{what}: '{Printable.Of(line)}' is no SHA256 entry");
            }

            if (!files.TryAdd(words[2], new ReleaseEntry(words[2], size, digest)))
                throw new ContentException($"{what}: {Printable.Of(words[2])} appears twice");
        }

        return files;
    }
}
