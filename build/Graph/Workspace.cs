using Nuke.Common.IO;
using Slipway.Images;

namespace Slipway.Graph;

/// <summary>Where the files are that cross a target's border. Makes no folder by itself.</summary>
/// <param name="Images">Definitions and locks, a folder for each image.</param>
/// <param name="Artifacts">Results, a folder for each image.</param>
/// <param name="Cache">What was fetched and assembled; may be deleted at any time.</param>
public sealed record Workspace(AbsolutePath Images, AbsolutePath Artifacts, AbsolutePath Cache)
{
    /// <summary>The same for a rehearsal, whose results stay apart.</summary>
    public Workspace Rehearsal => this with { Artifacts = Artifacts / "rehearsal" };

    /// <summary>
    /// Which way the images are built whose results these are; those of Dockerfiles lie beside the others, in <c>NAME/dockerfile</c>.
    /// </summary>
    public BuildMethod Way { get; init; }

    /// <summary>Records of layers that were assembled before.</summary>
    public AbsolutePath Assembled => Records ?? (Cache / "assembled");

    /// <summary>Where those records are instead; null for those that all share.</summary>
    public AbsolutePath? Records { get; init; }

    /// <summary>
    /// The same for an image that is built a second time from a commit: its definition is not the work tree's, and no layer is remembered.
    /// </summary>
    public Workspace Reproduction(string image) =>
        this with
        {
            Images = Artifacts / ReproductionFolder / image / "source" / "images",
            Artifacts = Artifacts / ReproductionFolder,
            Records = Artifacts / ReproductionFolder / image / ".assembled",
        };

    private const string ReproductionFolder = "reproduction";

    /// <summary>Base images that Dockerfiles begin with, made on the spot.</summary>
    public AbsolutePath Bases => Cache / "bases";

    /// <summary>The lock that every user of the cache shares.</summary>
    public string CacheUse => Cache / "locks" / "use";

    /// <summary>The keyring that suites must be signed by.</summary>
    public AbsolutePath Keyring => Images / "keys" / "debian-archive-keyring.gpg";

    public AbsolutePath Definition(string image) => Images / image;

    public AbsolutePath Results(string image) => Way == BuildMethod.Dockerfile ? Artifacts / image / "dockerfile" : Artifacts / image;

    public AbsolutePath Layout(string image) => Results(image) / "layout";

    /// <summary>What the layout's layers hold and whose it is.</summary>
    public ContentsFolder Contents(string image) => new(Results(image) / "contents");

    /// <summary>What the image is made of, for others to read.</summary>
    public SbomFolder Sbom(string image) => new(Results(image) / "sbom");

    public AbsolutePath Trust(string image) => Results(image) / "trust";

    /// <summary>What a release hands out beside the image.</summary>
    public AbsolutePath Assets(string image) => Results(image) / "assets";

    public AbsolutePath TestResults => Artifacts / "test-results";

    /// <summary>Deletes what this program makes below the artifacts folder and nothing else, whatever folder that is.</summary>
    /// <param name="images">The images whose results are meant.</param>
    public void DeleteResults(IEnumerable<string> images)
    {
        foreach (
            AbsolutePath folder in images
                .Select(Results)
                .Append(Artifacts / "update")
                .Append(Artifacts / ReproductionFolder)
                .Append(TestResults)
        )
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        // What another run would have to wait for stays until this one ends.
        DeleteUnlocked(Rehearsal.Artifacts, content: true);
        DeleteUnlocked(Artifacts, content: false);
    }

    /// <summary>Deletes a folder, but for the lock in it.</summary>
    /// <param name="content">Whether all that is in it goes; else it goes when there is nothing.</param>
    private static void DeleteUnlocked(AbsolutePath folder, bool content)
    {
        if (!Directory.Exists(folder))
            return;
        if (content)
        {
            foreach (string below in Directory.EnumerateDirectories(folder).ToArray())
                Directory.Delete(below, recursive: true);
            foreach (string file in Directory.EnumerateFiles(folder).Where(file => !ArtifactsLock.Has(file)).ToArray())
                File.Delete(file);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
            Directory.Delete(folder);
    }

    /// <summary>The folder of the cache that a user's programs share by default.</summary>
    public static AbsolutePath DefaultCache(Func<string, string?> environment)
    {
        string? caches = environment("XDG_CACHE_HOME");
        return caches is { Length: > 0 } && Path.IsPathFullyQualified(caches)
            ? (AbsolutePath)caches / "slipway"
            : (AbsolutePath)Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) / ".cache" / "slipway";
    }
}
