namespace Slipway.Debian;

/// <summary>
/// The keys that Debian signs its archive with, as fingerprints of the primary keys. They pin what the keyring file may
/// hold: a key that someone adds to that file alone proves nothing.
/// </summary>
public static class ArchiveKeys
{
    /// <summary>Of Debian 12 and 13: the archive's and the security archive's automatic keys and the release keys.</summary>
    public static IReadOnlyList<string> Debian { get; } =
    [
        "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8", // archive, 12
        "05AB90340C0C5E797F44A8C8254CF3B5AEC0A8F0", // security archive, 12
        "4D64FEC119C2029067D6E791F8D2585B8783D481", // stable release, 12
        "04B54C3CDCA79751B16BC6B5225629DF75B188BD", // archive, 13
        "5E04A1E3223A19A20706E20F9904613D4CCE68C6", // security archive, 13
        "41587F7DB8C774BCCF131416762F67A0B2C39DE4", // stable release, 13
    ];
}
