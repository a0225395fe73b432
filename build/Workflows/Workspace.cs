using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Where the files are that cross a target's border. Makes no folder by itself.</summary>
/// <param name="Images">Definitions and locks, a folder for each image.</param>
/// <param name="Artifacts">Results, a folder for each image.</param>
/// <param name="Cache">What was fetched and assembled; may be deleted at any time.</param>
public sealed record Workspace(string Images, string Artifacts, string Cache)
{
    /// <summary>The same for a rehearsal, whose results stay apart.</summary>
    public Workspace Rehearsal => this with { Artifacts = Path.Combine(Artifacts, "rehearsal") };

    /// <summary>
    /// Which way the images are built whose results these are; those of Dockerfiles lie beside the others, in <c>NAME/dockerfile</c>.
    /// </summary>
    public BuildMethod Way { get; init; }

    /// <summary>Records of layers that were assembled before.</summary>
    public string Assembled => Records ?? (Path.Combine(Cache, "assembled"));

    /// <summary>Where those records are instead; null for those that all share.</summary>
    public string? Records { get; init; }

    /// <summary>
    /// The same for an image that is built a second time from a commit: its definition is not the work tree's, and no layer is remembered.
    /// </summary>
    public Workspace Reproduction(string image) =>
        this with
        {
            Images = Path.Combine(Artifacts, ReproductionFolder, image, "source", "images"),
            Artifacts = Path.Combine(Artifacts, ReproductionFolder),
            Records = Path.Combine(Artifacts, ReproductionFolder, image, ".assembled"),
        };

    private const string ReproductionFolder = "reproduction";

    /// <summary>Base images that Dockerfiles begin with, made on the spot.</summary>
    public string Bases => Path.Combine(Cache, "bases");

    /// <summary>Sigstore's trusted root as it was last refreshed, with the metadata that proves it.</summary>
    public string TrustedRoots => Path.Combine(Cache, "sigstore");

    /// <summary>The lock that every user of the cache shares.</summary>
    public string CacheUse => Path.Combine(Cache, "locks", "use");

    /// <summary>The keyring that suites must be signed by.</summary>
    public string Keyring => Path.Combine(Images, "keys", "debian-archive-keyring.gpg");

    /// <summary>What the distribution itself asks of the image's releases; may not be there.</summary>
    public string Policy(string image) => Path.Combine(Images, $"{image}.policy.json");

    public string Definition(string image) => Path.Combine(Images, image);

    public string Results(string image) =>
        Way == BuildMethod.Dockerfile ? Path.Combine(Artifacts, image, "dockerfile") : Path.Combine(Artifacts, image);

    public string Layout(string image) => Path.Combine(Results(image), "layout");

    /// <summary>What the layout's layers hold and whose it is.</summary>
    public ContentsFolder Contents(string image) => new(Path.Combine(Results(image), "contents"));

    /// <summary>What the image is made of, for others to read.</summary>
    public SbomFolder Sbom(string image) => new(Path.Combine(Results(image), "sbom"));

    /// <summary>What is judged of flaws in the image; is there only where its definition has judgements that hold.</summary>
    public string OpenVex(string image) => Path.Combine(Results(image), "openvex.json");

    /// <summary>From what, by what and when the layout was made.</summary>
    public string AssemblyRecord(string image) => Path.Combine(Results(image), Slipway.Images.AssemblyRecord.FileName);

    /// <summary>What the layout's inspection found.</summary>
    public string InspectionRecord(string image) => Path.Combine(Results(image), Slipway.Inspection.InspectionRecord.FileName);

    /// <summary>What containers of the layout did.</summary>
    public string SmokeRecord(string image) => Path.Combine(Results(image), Slipway.Inspection.SmokeRecord.FileName);

    /// <summary>Beside the results: the records of layouts that were merged.</summary>
    internal const string PartsFolder = "parts";

    /// <summary>Those of a platform that was assembled elsewhere and merged.</summary>
    public string Part(string image, Platform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        return Path.Combine(Results(image), PartsFolder, platform.ToString().Replace('/', '-'));
    }

    /// <summary>Deletes the records of layouts that were merged: one machine made what is there now.</summary>
    public void DeleteParts(string image)
    {
        string folder = Path.Combine(Results(image), PartsFolder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>What of the layout is published where.</summary>
    public string ReleaseRecord(string image) => Path.Combine(Results(image), Slipway.Release.ReleaseRecord.FileName);

    public string Trust(string image) => Path.Combine(Results(image), "trust");

    /// <summary>What a release hands out beside the image.</summary>
    public string Assets(string image) => Path.Combine(Results(image), "assets");

    /// <exception cref="ContentException">Nothing was assembled there yet; says which target does it.</exception>
    public OciLayout OpenLayout(string image) => Open(image, Layout(image), "assembled", Assemble(image));

    /// <exception cref="ContentException">Nothing was signed there yet; says which target does it.</exception>
    public OciLayout OpenTrust(string image) => Open(image, Trust(image), "signed", Sign(image));

    /// <summary>The local layout of an image as what is verified, whose only name is the definition's version.</summary>
    public VerificationRequest ReleaseOf(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return new VerificationRequest
        {
            Content = OpenLayout(definition.Name),
            Signatures = OpenTrust(definition.Name),
            Wanted = definition.Version,
            Official = definition.Official,
        };
    }

    /// <summary>What makes the layout of an image here.</summary>
    public NextCommand Assemble(string image) => new(Way == BuildMethod.Dockerfile ? "BuildDockerfile" : "Assemble") { Image = image };

    /// <summary>What signs the layout of an image here.</summary>
    public NextCommand Sign(string image) => new("Sign") { Image = image, Options = Way == BuildMethod.Dockerfile ? ["--dockerfile"] : [] };

    private static OciLayout Open(string image, string folder, string what, NextCommand next) =>
        File.Exists(Path.Combine(folder, "oci-layout"))
            ? OciLayout.Open(folder)
            : throw next.After(new ContentException($"{image}: nothing is {what} yet: {folder} has no layout. Run {next}"));

    /// <summary>The report of the releases here, a page for people.</summary>
    public string Report => Path.Combine(Artifacts, "report");

    public string TestResults => Path.Combine(Artifacts, "test-results");

    /// <summary>Deletes what this program makes below the artifacts folder and nothing else, whatever folder that is.</summary>
    /// <param name="images">The images whose results are meant.</param>
    public void DeleteResults(IEnumerable<string> images)
    {
        foreach (
            string folder in images
                .Select(Results)
                .Append(Path.Combine(Artifacts, "update"))
                .Append(Path.Combine(Artifacts, ReproductionFolder))
                .Append(Report)
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
    private static void DeleteUnlocked(string folder, bool content)
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
    public static string DefaultCache(Func<string, string?> environment)
    {
        string? caches = environment("XDG_CACHE_HOME");
        return caches is { Length: > 0 } && Path.IsPathFullyQualified(caches)
            ? Path.Combine(caches, "slipway")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "slipway");
    }
}
