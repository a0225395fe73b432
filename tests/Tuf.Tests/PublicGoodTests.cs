using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Tuf.Tests;

/// <summary>What Sigstore's public good instance published: as this program brings it along, and as a checkout has it.</summary>
public sealed partial class PublicGoodTests
{
    /// <summary>A day when all that was embedded was fresh.</summary>
    private static readonly DateTimeOffset Day = new(2026, 8, 22, 0, 0, 0, TimeSpan.Zero);

    private static string Folder => SourceTree.At("build", "Tuf", "PublicGood");

    [Fact]
    public async Task What_is_embedded_proves_itself_from_its_root()
    {
        TufClient client = new(PublicGood.Root, new ManualTime(Day));
        VerifiedTarget target = await client.ReplayAsync(PublicGood.Embedded, PublicGood.TrustedRoot, CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(Folder, "trusted_root.json")), target.Content.ToArray());
        Assert.Equal((15, 762, 165, 14), (target.RootVersion, target.TimestampVersion, target.SnapshotVersion, target.TargetsVersion));
        Assert.Equal(new DateTimeOffset(2026, 8, 28, 19, 25, 56, TimeSpan.Zero), target.Expires);
    }

    [Fact]
    public async Task What_is_embedded_was_fresh_then_and_is_not_for_ever()
    {
        using ScratchFolder folder = new();
        MetadataStore store = new(folder.At("store"));
        VerifiedTarget target = await new TufClient(PublicGood.Root, new ManualTime(Day)).UpdateAsync(
            PublicGood.Embedded,
            null,
            store,
            PublicGood.TrustedRoot,
            CancellationToken.None
        );
        Assert.Equal(762, target.TimestampVersion);
        TufException problem = await Assert.ThrowsAsync<TufException>(() =>
            new TufClient(PublicGood.Root, new ManualTime(Day.AddDays(10))).UpdateAsync(
                PublicGood.Embedded,
                target,
                store,
                PublicGood.TrustedRoot,
                CancellationToken.None
            )
        );
        Assert.Equal(TufFailure.Freeze, problem.Failure);
    }

    [Fact]
    public async Task A_signature_fewer_than_the_threshold_and_the_embedded_root_is_none()
    {
        string root = await File.ReadAllTextAsync(Path.Combine(Folder, "root.json"));
        // Five signed; the threshold is three.
        for (int damaged = 0; damaged <= 3; damaged++)
        {
            if (damaged > 0)
                root = FirstSignature().Replace(root, "\"sig\": \"00\"", 1);
            TufClient client = new(System.Text.Encoding.UTF8.GetBytes(root), new ManualTime(Day));
            Task<VerifiedTarget> replay = client.ReplayAsync(PublicGood.Embedded, PublicGood.TrustedRoot, CancellationToken.None);
            if (damaged < 3)
                Assert.Equal(15, (await replay).RootVersion);
            else
                Assert.Equal(TufFailure.ThresholdNotMet, (await Assert.ThrowsAsync<TufException>(() => replay)).Failure);
        }
    }

    [Fact]
    public async Task The_origin_says_hash_and_date_of_what_is_embedded()
    {
        string origin = await File.ReadAllTextAsync(Path.Combine(Folder, "ORIGIN"));
        string[] files = [.. Directory.GetFiles(Folder, "*.json*").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(["root.json", "snapshot.json.gz", "targets.json.gz", "timestamp.json", "trusted_root.json"], files);
        foreach (string file in files)
        {
            await using FileStream stored = File.OpenRead(Path.Combine(Folder, file));
            await using Stream content = file.EndsWith(".gz", StringComparison.Ordinal)
                ? new GZipStream(stored, CompressionMode.Decompress)
                : stored;
            string hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, TestContext.Current.CancellationToken));
            Assert.Contains($"{hash}  {file}  ", origin, StringComparison.Ordinal);
        }

        Assert.Contains($"date        {PublicGood.Date:yyyy-MM-dd}\n", origin, StringComparison.Ordinal);
        Assert.Contains($"mirror      {PublicGood.Address.ToString().TrimEnd('/')}\n", origin, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_embedded_names_the_services_of_the_public_good_instance()
    {
        TrustedRootSummary summary = TrustedRootSummary.Of(File.ReadAllBytes(Path.Combine(Folder, "trusted_root.json")));
        Assert.Equal(
            (2, 2, 2, 1),
            (
                summary.Of(TrustedService.CertificateAuthority).Length,
                summary.Of(TrustedService.TransparencyLog).Length,
                summary.Of(TrustedService.CertificateLog).Length,
                summary.Of(TrustedService.TimestampAuthority).Length
            )
        );
        TrustedEntry first = summary.Of(TrustedService.CertificateAuthority)[0];
        Assert.Equal("https://fulcio.sigstore.dev", first.Address);
        Assert.Equal((2021, 2022), (first.From!.Value.Year, first.Until!.Value.Year));
        Assert.Null(summary.Of(TrustedService.CertificateAuthority)[1].Until);
    }

    /// <summary>
    /// <c>SIGSTORE_TUF</c> names a checkout of github.com/sigstore/root-signing: its whole chain of roots is gone through, from the very
    /// first, at the day of the last commit that was looked at.
    /// </summary>
    [Fact]
    public async Task The_real_repository_is_believed_from_its_first_root_on()
    {
        string? checkout = Environment.GetEnvironmentVariable("SIGSTORE_TUF");
        Assert.SkipWhen(checkout is null, "SIGSTORE_TUF names no checkout of sigstore/root-signing");
        using ScratchFolder folder = new();
        RealRepository repository = new(checkout!);
        TufClient client = new(
            await File.ReadAllBytesAsync(Path.Combine(checkout!, "metadata", "root_history", "1.root.json")),
            new ManualTime(Day)
        );
        MetadataStore store = new(folder.At("store"));
        VerifiedTarget target = await client.UpdateAsync(repository, null, store, PublicGood.TrustedRoot, CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(checkout!, "targets", "trusted_root.json")), target.Content.ToArray());
        Assert.Equal(15, target.RootVersion);
        Assert.Equal(14, store.ReadRoots().Files.Count);

        VerifiedTarget again = await client.ReplayAsync(store.ReadTrusted()!, PublicGood.TrustedRoot, CancellationToken.None);
        Assert.Equal(target.TimestampVersion, again.TimestampVersion);
        // A target of a delegated role.
        string targets = Path.Combine(checkout!, "targets"),
            keys = Directory.EnumerateFiles(targets, "keys.json", SearchOption.AllDirectories).Single();
        VerifiedTarget delegated = await client.UpdateAsync(
            repository,
            again,
            new MetadataStore(folder.At("npm")),
            Path.GetRelativePath(targets, keys).Replace('\\', '/'),
            CancellationToken.None
        );
        Assert.Equal(2121, delegated.Content.Length);
    }

    [GeneratedRegex("\"sig\": \"[0-9a-f]{10,}\"")]
    private static partial Regex FirstSignature();

    /// <summary>A checkout has the files without their versions and hashes, and old roots in a folder of their own.</summary>
    private sealed partial class RealRepository(string checkout) : ITufRepository
    {
        public async Task<ReadOnlyMemory<byte>> ReadAsync(string path, int limit, CancellationToken cancellationToken)
        {
            string file =
                path.EndsWith(".root.json", StringComparison.Ordinal) ? Path.Combine("metadata", "root_history", path)
                : path.StartsWith("targets/", StringComparison.Ordinal) ? Prefix().Replace(path, "$1")
                : Path.Combine("metadata", Prefix().Replace(path, "$1"));
            return File.Exists(Path.Combine(checkout, file))
                ? await File.ReadAllBytesAsync(Path.Combine(checkout, file), cancellationToken)
                : throw new Http.RemoteException(Http.RemoteFault.NotFound, path);
        }

        [GeneratedRegex(@"(^|/)[0-9a-f]+\.(?=[^/]+$)")]
        private static partial Regex Prefix();
    }
}
