namespace Slipway.Debian;

/// <summary>One archive of an apt configuration (sources.list(5)): where it is, its suites and components.</summary>
internal sealed record AptSource(Uri Address, IReadOnlyList<string> Suites, IReadOnlyList<string> Components)
{
    private static readonly string[] Releases =
    [
        "bullseye",
        "bookworm",
        "trixie",
        "forky",
        "duke",
        "sid",
        "oldoldstable",
        "oldstable",
        "stable",
        "testing",
        "unstable",
    ];

    /// <summary>Whether it serves Debian's security suites.</summary>
    public bool IsSecurity =>
        Suites.Any(suite => suite.EndsWith("-security", StringComparison.Ordinal))
        && (LastPart == "debian-security" || Suites.All(IsDebianSuite));

    /// <summary>Whether it serves Debian's main archive.</summary>
    public bool IsMain => LastPart == "debian" || Suites.Any(IsDebianSuite);

    /// <summary>How sure that is: an archive of someone else may name its suite after Debian's release too.</summary>
    public int Likelihood => (LastPart is "debian" or "debian-security" ? 2 : 0) + (Suites.Any(IsDebianSuite) ? 1 : 0);

    private string LastPart => Address.AbsolutePath.TrimEnd('/').Split('/')[^1];

    /// <summary>Entries of the one-line style; what is no usable archive is left out.</summary>
    public static IEnumerable<AptSource> FromList(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string rest = line.Split('#')[0].Trim();
            if (!rest.StartsWith("deb ", StringComparison.Ordinal) && !rest.StartsWith("deb\t", StringComparison.Ordinal))
                continue;
            rest = rest[4..].Trim();
            if (rest.StartsWith('['))
                rest = rest[(rest.IndexOf(']', StringComparison.Ordinal) + 1)..];
            string[] words = Words(rest);
            if (words.Length >= 3 && AddressOf(words[0]) is { } address && Usable([words[1]], words[2..]))
                yield return new AptSource(address, [words[1]], words[2..]);
        }
    }

    /// <summary>Entries of the deb822 style; what is no usable archive is left out.</summary>
    public static IEnumerable<AptSource> FromDeb822(string text, string path)
    {
        string plain = string.Join('\n', text.Split('\n').Where(line => !line.StartsWith('#')));
        using MemoryStream bytes = new(System.Text.Encoding.UTF8.GetBytes(plain));
        ControlReader reader = new(bytes, path, 1 << 20);
        List<AptSource> sources = [];
        while (reader.Read())
        {
            string enabled = reader.Text("Enabled"u8);
            string[] suites = Words(reader.Text("Suites"u8));
            string[] components = Words(reader.Text("Components"u8));
            if (!Words(reader.Text("Types"u8)).Contains("deb") || enabled is "no" or "false" or "0" or "off" || !Usable(suites, components))
                continue;
            sources.AddRange(
                Words(reader.Text("URIs"u8)).Select(AddressOf).OfType<Uri>().Select(address => new AptSource(address, suites, components))
            );
        }

        return sources;
    }

    private static bool Usable(string[] suites, string[] components) => suites.Length > 0 && components.Contains("main");

    private static bool IsDebianSuite(string suite)
    {
        int end = suite.IndexOfAny(['-', '/']);
        return end < 0
            ? Releases.Contains(suite)
            : Releases.Contains(suite[..end])
                && suite[end..] is "-updates" or "-security" or "-backports" or "-proposed-updates" or "/updates";
    }

    /// <summary>The archive's root with a slash at its end; null for what is not plain http or https.</summary>
    private static Uri? AddressOf(string text) =>
        !text.Contains("$(", StringComparison.Ordinal)
        && Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address)
        && address.Scheme is "http" or "https"
        && address.UserInfo.Length == 0
            ? address
            : null;

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
