using System.Collections.Immutable;
using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Graph;

/// <summary>The build graph: its parameters here, its targets in the files beside this one.</summary>
internal sealed partial class Build : NukeBuild
{
    [Parameter("Images to work on; default: all under images/")]
    private readonly string[] Images = [];

    [Parameter("Platforms as OS/ARCH; default: those of the image")]
    private readonly string[] Platforms = [];

    [Parameter("Folder or URL to read https://HOST/PATH from, as HOST/PATH")]
    private readonly string? UpstreamMirror;

    [Parameter("Parent of debian/ and debian-security/; default: the host's apt configuration, else Debian's snapshot archive")]
    private readonly string? DebianMirror;

    [Parameter("What was fetched and assembled before; default: ~/.cache/slipway")]
    private readonly AbsolutePath? CacheDirectory;

    [Parameter("Results; default: artifacts/")]
    private readonly AbsolutePath? ArtifactsDirectory;

    [Parameter("What to verify or to mirror: REPOSITORY:TAG or REPOSITORY@DIGEST; default of Verify: the local layouts")]
    private readonly string? Reference;

    [Parameter("Print results as JSON")]
    private readonly bool Json;

    public static int Main() => Execute<Build>(x => x.Rehearse);

    private Workspace Workspace =>
        new(
            RootDirectory / "images",
            ArtifactsDirectory ?? RootDirectory / "artifacts",
            CacheDirectory ?? Graph.Workspace.DefaultCache(Environment.GetEnvironmentVariable)
        );

    /// <summary>The images asked for, in the order asked for; an unknown name is wrong use.</summary>
    private IReadOnlyList<string> ImageNames()
    {
        IReadOnlyList<string> all = ImageDefinitionFile.Names(Workspace.Images);
        if (all.Count == 0)
            throw new DefinitionException($"{Workspace.Images}: no folder here holds an {ImageDefinition.FileName}");
        if (_tagged is { } tagged)
            return tagged;
        return Images.FirstOrDefault(name => !all.Contains(name, StringComparer.Ordinal)) is { } unknown
                ? throw new TargetFailedException($"unknown image '{unknown}'; there are: {string.Join(", ", all)}", Exit.WrongUse)
            : Images.Length == 0 ? all
            : [.. Images.Distinct(StringComparer.Ordinal)];
    }

    private ImmutableArray<Platform> PlatformsOf(ImageDefinition definition)
    {
        ImmutableArray<Platform> asked =
        [
            .. Platforms
                .Select(text => Given(() => Platform.Parse(text)))
                .Select(platform =>
                    definition.Platforms.FirstOrDefault(platform.IsSameAs)
                    ?? throw new TargetFailedException(
                        $"{definition.Name} has no platform {platform}; it has: {string.Join(", ", definition.Platforms)}",
                        Exit.WrongUse
                    )
                )
                .Distinct(),
        ];
        return asked.IsEmpty ? definition.Platforms : asked;
    }

    private SourceFetcher NewSupply(Report report) =>
        Given(() => new SourceFetcher(Workspace, UpstreamMirror, DebianMirror, Offline, report.Line, Patience));

    /// <summary>Reads a value of the command line; what is wrong with it is wrong use, not wrong data.</summary>
    private static T Given<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is ContentException or ArgumentException or FormatException)
        {
            // .NET appends the name of its own parameter, which means nothing to whoever typed the value.
            throw new TargetFailedException(e.Message.Split(" (Parameter '")[0], Exit.WrongUse);
        }
    }
}
