using System.Text;
using Slipway.Archives;
using Slipway.Debian;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;
using Xunit;

namespace Slipway.Testing;

/// <summary>
/// Debian's suites as the images have them, twice from the same bytes: as the product's indexes, and as a folder that apt
/// takes for an archive. Read from the mirror of the host's apt configuration, through the tests' cache.
/// </summary>
public sealed class AptArchive : IDisposable
{
    /// <summary>Of both images; their order matters where two suites have the same version.</summary>
    public static IReadOnlyList<string> SuiteNames { get; } = ["trixie", "trixie-updates", "trixie-security"];

    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, IReadOnlyList<PackageIndex>> _indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _names = new(StringComparer.Ordinal);

    /// <summary>The root of the archive that apt reads.</summary>
    public string Root => _folder.Folder("archive");

    /// <summary>A new folder below the archive's scratch folder.</summary>
    public string Folder(string name) => _folder.Folder(name);

    /// <summary>One index per suite.</summary>
    public IReadOnlyList<PackageIndex> Indexes(string architecture) => _indexes[architecture];

    /// <summary>The names of all packages of the suites, sorted.</summary>
    public IReadOnlyList<string> Names(string architecture) => _names[architecture];

    /// <summary>What apt's <c>sources.list</c> says of it; its indexes were proven when they were read.</summary>
    public IEnumerable<string> Sources => SuiteNames.Select(suite => $"deb [trusted=yes] copy:{Root} {suite} main");

    /// <summary>Puts a package where the indexes say it is; by a hard link where it can.</summary>
    /// <param name="location">As in a lock: below <c>debian/</c> or <c>debian-security/</c>.</param>
    public async Task AddAsync(string location, string file)
    {
        ArgumentNullException.ThrowIfNull(location);
        string path = Path.Combine(Root, location[(location.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ChildResult linked = await new ChildProcess("cp", "-l", file, path).RunAsync();
        if (linked.ExitCode != 0)
            (await new ChildProcess("cp", file, path).RunAsync()).Require();
    }

    /// <summary>Reads the suites; the test is skipped where no mirror is known or answers.</summary>
    public async Task ReadAsync(IReadOnlyList<string> architectures, CancellationToken cancellationToken)
    {
        DebianMirror? mirror = DebianMirror.Of(AptConfiguration.Read("/"));
        Assert.SkipWhen(mirror is null, "this machine's apt knows no Debian mirror");
        using HttpTransport transport = new(HttpTransport.NewHandler(), new RetryPolicy(), TimeProvider.System, _ => { });
        OriginReader reader = new(transport, new RetryPolicy(), TimeProvider.System);
        ContentCache cache = new(TestCache.Shared, TimeProvider.System);
        Gpgv gpgv = new(SourceTree.At("images", "keys", "debian-archive-keyring.gpg"), ArchiveKeys.Debian);
        DebianRepository repository = new(reader, new Download(reader, cache), gpgv, mirror);
        List<DebianSuite> suites = [];
        foreach (string suite in SuiteNames)
            suites.Add(await repository.ReadSuiteAsync(suite, TimeProvider.System.GetUtcNow(), cancellationToken));

        foreach (string architecture in architectures)
        {
            List<PackageIndex> indexes = [];
            SortedSet<string> names = new(StringComparer.Ordinal);
            foreach (DebianSuite suite in suites)
            {
                indexes.Add(await repository.ReadPackagesAsync(suite, "main", architecture, cancellationToken));
                ReleaseEntry entry = suite.Release.Files[$"main/binary-{architecture}/Packages.xz"];
                names.UnionWith(await UnpackAsync(cache.Find(entry.Digest, entry.Size)!, suite.Name, architecture, cancellationToken));
            }

            _indexes.Add(architecture, indexes);
            _names.Add(architecture, [.. names]);
        }

        foreach (string suite in SuiteNames)
            await SummariseAsync(suite, architectures, cancellationToken);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Puts an index where apt looks for it and returns the names in it.</summary>
    private async Task<IEnumerable<string>> UnpackAsync(
        string packed,
        string suite,
        string architecture,
        CancellationToken cancellationToken
    )
    {
        string path = Path.Combine(_folder.Folder("archive", "dists", suite, "main", $"binary-{architecture}"), "Packages");
        await using (FileStream source = File.OpenRead(packed))
        await using (XzStream text = new(source, outputLimit: 1L << 30))
        await using (FileStream target = File.Create(path))
            await text.CopyToAsync(target, cancellationToken);
        const string Field = "Package: ";
        return File.ReadLines(path).Where(line => line.StartsWith(Field, StringComparison.Ordinal)).Select(line => line[Field.Length..]);
    }

    /// <summary>The release file of the folder: hashes of what was unpacked, so that apt takes the indexes as they are.</summary>
    private async Task SummariseAsync(string suite, IReadOnlyList<string> architectures, CancellationToken cancellationToken)
    {
        StringBuilder release = new($"Origin: Debian\nSuite: {suite}\nCodename: {suite}\nDate: {TimeProvider.System.GetUtcNow():R}\n");
        release.Append(
            $"Architectures: {string.Join(' ', architectures)}\nComponents: main\nSHA256:\n".Replace("GMT", "UTC", StringComparison.Ordinal)
        );
        foreach (string architecture in architectures)
        {
            string name = $"main/binary-{architecture}/Packages";
            byte[] text = await File.ReadAllBytesAsync(Path.Combine(Root, "dists", suite, name), cancellationToken);
            release.Append($" {Digest.Of(text).Hex} {text.Length} {name}\n");
        }

        await File.WriteAllTextAsync(Path.Combine(Root, "dists", suite, "Release"), release.ToString(), cancellationToken);
    }
}
