using System.Collections.Immutable;
using Slipway.Archives;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Rehearsal;

namespace Slipway.Workflows;

/// <summary>
/// Fills a stand-in upstream for the files of an image whose hosts cannot be reached: the real programs from Debian's own
/// packages where the definition names one, else a small program that prints its name. Whatever it touches is marked.
/// </summary>
internal sealed class StandIns(StandInUpstream upstream, SourceFetcher sources, Action<string> log)
{
    private readonly XzMemory _memory = new();

    /// <summary>The same input with a lock, in memory alone, whose upstream files are the stand-ins'.</summary>
    public async Task<AssemblyRequest> TakePlaceAsync(AssemblyRequest input, CancellationToken cancellationToken)
    {
        var files = ImmutableArray.CreateBuilder<LockedUpstream>();
        foreach (LockedUpstream locked in input.Lock.Upstream)
        {
            UpstreamFile wanted = input.Definition.Upstream.Single(file => file.Name == locked.Name);
            var byArchitecture = locked.Files.ToBuilder();
            foreach (Platform platform in input.Platforms)
            {
                StandInFile file = await MakeAsync(input, wanted, platform, cancellationToken);
                byArchitecture[platform.Architecture] = locked.Files[platform.Architecture] with { Digest = file.Digest, Size = file.Size };
            }

            files.Add(locked with { Confirmed = false, Signature = null, Files = byArchitecture.ToImmutable() });
        }

        ImmutableArray<string> names = [.. files.Select(file => file.Name)];
        log(
            $"{input.Name}: stand-in for {string.Join(", ", names)}: upstream cannot be reached from here, so this image is for the "
                + "rehearsal only"
        );
        return input with { Lock = input.Lock with { Upstream = files.ToImmutable(), StandingIn = names } };
    }

    private async Task<StandInFile> MakeAsync(
        AssemblyRequest input,
        UpstreamFile wanted,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        Uri address = wanted.Url(platform.Architecture);
        string origin = OriginOf(input, wanted, platform);
        if (await upstream.FindAsync(address, origin, cancellationToken) is { } made)
            return made;

        string folder = Path.Combine(upstream.Folder, ".work");
        Directory.CreateDirectory(folder);
        try
        {
            List<KeyValuePair<string, Func<Stream>>> members = [];
            // Several programs come out of one package, which is unpacked once.
            Dictionary<string, DebArchive> packages = new(StringComparer.Ordinal);
            foreach (Installation installation in wanted.Install)
            {
                if (installation.StandIn is { } source && !packages.ContainsKey(source.Package))
                    packages.Add(source.Package, await UnpackAsync(input, source, platform, folder, cancellationToken));
                Func<Stream> open = Program(input, wanted, installation, platform, packages);
                if (!wanted.IsArchive)
                {
                    await using Stream content = open();
                    return await upstream.AddAsync(address, origin, content, cancellationToken);
                }

                members.Add(KeyValuePair.Create(wanted.MemberOf(installation, platform.Architecture), open));
            }

            return await upstream.AddArchiveAsync(address, origin, members, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Func<Stream> Program(
        AssemblyRequest input,
        UpstreamFile wanted,
        Installation installation,
        Platform platform,
        Dictionary<string, DebArchive> packages
    )
    {
        if (installation.StandIn is not { } source)
        {
            byte[] program = StandInProgram.Make(platform, $"{Path.GetFileName(installation.To)} {wanted.Version} {platform} (stand-in)");
            return () => new MemoryStream(program, writable: false);
        }

        DebArchive archive = packages[source.Package];
        DebEntry entry = archive.Entries.FirstOrDefault(entry => entry.Path == source.Path && entry.Kind == DebEntryKind.File)
            ?? throw new DefinitionException($"{input.Name}: package {source.Package} has no file /{source.Path} for the stand-in");
        return () => archive.Open(entry);
    }

    private async Task<DebArchive> UnpackAsync(
        AssemblyRequest input,
        StandInSource source,
        Platform platform,
        string folder,
        CancellationToken cancellationToken
    )
    {
        LockedFile package = PackageOf(input, source, platform);
        string deb = sources.Cache.Find(package.Digest, package.Size)
            ?? throw new ContentException($"{input.Name} {platform}: {source.Package}: the package is not in the cache");
        string spool = Path.Combine(folder, $"{source.Package}.{platform.Architecture}.tar");
        await using FileStream stream = File.OpenRead(deb);
        return await DebArchive.ReadAsync(stream, spool, DebLimits.Default, _memory, cancellationToken);
    }

    private static LockedFile PackageOf(AssemblyRequest input, StandInSource source, Platform platform) =>
        input.Lock.StandIns.FirstOrDefault(package => package.Name == source.Package)?.Files.GetValueOrDefault(platform.Architecture)
        ?? throw LockOf(input)
            .After(
                new DefinitionException(
                    $"{input.Name}: stand-in package {source.Package} is not locked for {platform.Architecture}. Run {LockOf(input)}"
                )
            );

    private static NextCommand LockOf(AssemblyRequest input) => new("Lock") { Image = input.Name };

    private static string OriginOf(AssemblyRequest input, UpstreamFile wanted, Platform platform) =>
        string.Join(
            '\n',
            wanted.Install.Select(installation =>
                installation.StandIn is { } source
                    ? $"{installation.Member} {PackageOf(input, source, platform).Digest} {source.Path}"
                    : $"{installation.Member} {installation.To} {wanted.Version} {platform}"
            )
        );
}
