namespace Slipway.Debian;

/// <summary>What gpgv said on its status descriptor (GnuPG's doc/DETAILS, "Format of the --status-fd output").</summary>
public sealed class SignatureStatus
{
    private readonly List<List<string[]>> _signatures = [];
    private int _texts;
    private string? _broken;

    /// <summary>Reads status lines; others do not count.</summary>
    public static SignatureStatus Parse(string lines)
    {
        SignatureStatus status = new();
        foreach (string line in lines.Split('\n'))
        {
            string[] words = line.TrimEnd('\r').Split(' ');
            if (words.Length >= 2 && words[0] == "[GNUPG:]")
                status.Add(words[1..]);
        }

        return status;
    }

    /// <summary>Why the text is not proven; null when a key of the list signed it well and no signature is bad.</summary>
    public string? ProblemFor(IReadOnlyCollection<string> fingerprints)
    {
        if (_broken is not null)
            return $"gpgv says {_broken}";
        if (_texts != 1)
            return $"wanted one signed text, got {_texts}";
        if (Words("BADSIG").FirstOrDefault() is { } bad)
            return $"the signature of key {bad} is bad: the text was changed after signing";
        if (_signatures.Any(signature => IsGood(signature, fingerprints)))
            return null;
        string[] reasons =
        [
            .. Words("VALIDSIG").Select(key => $"{key} (not a pinned key, or too weak)"),
            .. Words("NO_PUBKEY").Select(key => $"{key} (unknown)"),
            .. Words("EXPKEYSIG").Select(key => $"{key} (key expired)"),
            .. Words("REVKEYSIG").Select(key => $"{key} (key revoked)"),
            .. Words("EXPSIG").Select(key => $"{key} (signature expired)"),
        ];
        return $"no pinned key signed it; wanted one of {string.Join(", ", fingerprints)}; got "
            + (reasons.Length == 0 ? "no signature" : string.Join(", ", reasons));
    }

    /// <summary>GOODSIG excludes expired and revoked keys; VALIDSIG names hash (10th word) and primary key (last).</summary>
    private static bool IsGood(List<string[]> signature, IReadOnlyCollection<string> fingerprints) =>
        signature.Any(words => words[0] == "GOODSIG")
        && signature.Any(words =>
            words[0] == "VALIDSIG" && words.Length >= 11 && words[8] is "8" or "9" or "10" && fingerprints.Contains(words[10])
        );

    private IEnumerable<string> Words(string keyword) =>
        _signatures.SelectMany(signature => signature).Where(words => words[0] == keyword && words.Length > 1).Select(words => words[1]);

    private void Add(string[] words)
    {
        switch (words[0])
        {
            case "NEWSIG":
                _signatures.Add([]);
                break;
            case "PLAINTEXT":
                _texts++;
                break;
            case "NODATA" or "UNEXPECTED" or "FAILURE" or "ERROR":
                _broken ??= string.Join(' ', words);
                break;
            default:
                if (_signatures.Count > 0)
                    _signatures[^1].Add(words);
                break;
        }
    }
}
