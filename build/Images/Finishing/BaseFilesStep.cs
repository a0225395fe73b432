using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// What base-files makes when it is first installed and nobody has it yet (its postinst in Debian 13): files from its templates, top
/// directories, <c>/var</c>'s links into <c>/run</c>, <c>/usr/local</c>, and the login records.
/// </summary>
internal sealed class BaseFilesStep : IFinishingStep
{
    private const int Shared = 0b010_111_111_101;
    private const int Sticky = 0b001_111_111_111;
    private const int Plain = 0b111_101_101;

    /// <summary>Of base-passwd; numbers below 100 are the same on every Debian system (policy, 9.2.2).</summary>
    private const int MailGroup = 8;
    private const int LoginGroup = 43;

    private static readonly (string Template, string Path)[] Templates =
    [
        ("dot.profile", "root/.profile"),
        ("dot.bashrc", "root/.bashrc"),
        ("profile", "etc/profile"),
        ("motd", "etc/motd"),
    ];

    private static readonly (string Path, int Mode, int Group)[] Directories =
    [
        ("mnt", Plain, 0),
        ("srv", Plain, 0),
        ("opt", Plain, 0),
        ("etc/opt", Plain, 0),
        ("var/opt", Plain, 0),
        ("media", Plain, 0),
        ("var/mail", Shared, MailGroup),
        ("run/lock", Sticky, 0),
        .. new[] { "bin", "etc", "games", "include", "lib", "libexec", "sbin", "share", "share/man", "src" }.Select(name =>
            ("usr/local/" + name, Plain, 0)
        ),
    ];

    private static readonly (string Path, string Target)[] Links =
    [
        ("var/spool/mail", "../mail"),
        ("var/run", "/run"),
        ("var/lock", "/run/lock"),
        ("usr/local/man", "share/man"),
        ("etc/dpkg/origins/default", "debian"),
    ];

    /// <summary>The package ships them as directories, which its postinst turns into links.</summary>
    private static readonly string[] Migrated = ["var/run", "var/lock"];

    private static readonly (string Path, int Mode)[] Records =
    [
        ("var/log/wtmp", 0b110_110_100),
        ("var/log/btmp", 0b110_110_000),
        ("var/log/lastlog", 0b110_110_100),
    ];

    public string Name => FinishingStepName.BaseFiles;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        string owner = ContentOwner.OfStep(Name);
        foreach (string directory in Migrated)
            layer.RemoveEmptyDirectory(directory);
        LayerEntry[] all =
        [
            .. Templates.Select(file => LayerEntry.File(file.Path, layer.Read("usr/share/base-files/" + file.Template, Name), owner)),
            .. Directories.Select(directory =>
                LayerEntry.Directory(directory.Path, owner, directory.Mode) with
                {
                    GroupId = directory.Group,
                }
            ),
            .. Links.Select(link => LayerEntry.SymbolicLink(link.Path, link.Target, owner)),
            .. Records.Select(record => LayerEntry.File(record.Path, [], owner, record.Mode) with { GroupId = LoginGroup }),
        ];
        return [.. all.Where(entry => entry.Kind == LayerEntryKind.Directory || !layer.Has(entry.Path))];
    }
}
