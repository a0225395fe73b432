using Slipway.Definitions;
using Slipway.Elf;
using Slipway.Images;
using Slipway.Layers;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>One platform of an image with all that rules ask about.</summary>
internal sealed class InspectedPlatform
{
    private const int AnyExecute = 0b001_001_001;
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private LibrarySearch? _libraries;

    public required ImageDefinition Definition { get; init; }

    public required ImageLock Lock { get; init; }

    public required AssembledPlatform Assembled { get; init; }

    /// <summary>Annotations of the image's index.</summary>
    public required IReadOnlyDictionary<string, string> IndexAnnotations { get; init; }

    public required Manifest Manifest { get; init; }

    public required ImageConfig Config { get; init; }

    /// <summary>What the layers really hold.</summary>
    public required FoundImage Found { get; init; }

    /// <summary>What Assemble says that they hold.</summary>
    public required ImageContents Contents { get; init; }

    public required PlatformContract Contract { get; init; }

    public Platform Platform => Assembled.Platform;

    public ElfMachine Machine => ElfMachine.Of(Platform);

    /// <summary>Whether stand-ins took the place of upstream's files.</summary>
    public bool HoldsStandIns => StandInMark.Of(Manifest) is not null;

    /// <summary>Where loaders search in this image.</summary>
    public LibrarySearch Libraries => _libraries ??= new LibrarySearch(Found, Machine);

    /// <summary>The folders that programs are looked up in, by the image's environment, else those that runtimes set.</summary>
    public IEnumerable<string> SearchPath =>
        (Config.Environment.FirstOrDefault(variable => variable.StartsWith("PATH=", StringComparison.Ordinal)) ?? DefaultPath)[
            "PATH=".Length..
        ]
            .Split(':');

    /// <summary>Whether a file is a program that runs on the host.</summary>
    public bool IsForHost(FoundEntry file) => Contract.HostPrograms.Any(folder => IsBelow(folder, file));

    public static bool IsBelow(string folder, FoundEntry file) => file.Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public static bool IsExecutable(FoundEntry file) => (file.Mode & AnyExecute) != 0;

    /// <summary>Whether a path leads to a file that can be executed.</summary>
    public bool HasExecutable(string path) => Found.FileAt(path) is { } file && IsExecutable(file);

    /// <param name="path">In the image, without the leading slash.</param>
    public Violation Violation(string path, string rule, string problem, string mend) =>
        new(Definition.Name, Platform, "/" + path, rule, problem, mend);

    /// <summary>A violation of what is no file.</summary>
    public Violation ViolationOf(string what, string rule, string problem, string mend) =>
        new(Definition.Name, Platform, what, rule, problem, mend);

    /// <summary>What to do about something that the contract could allow.</summary>
    public string Allow(ExceptionKey key) =>
        $"Correct it, or list the path with a reason under '{key.Name}' in images/{Definition.Name}/{Inspection.Contract.FileName}";
}
