namespace Slipway.Sboms;

/// <summary>One thing that an SBOM says and an image is not, or the other way round.</summary>
/// <param name="Name">One of the names below, for programs.</param>
/// <param name="What">A path or a package.</param>
/// <param name="Problem">Wanted and got, for people.</param>
public sealed record SbomFinding(string Name, string What, string Problem)
{
    /// <summary>It describes another image.</summary>
    public const string SubjectDiffers = "sbom-subject-differs";

    /// <summary>The image holds a path that it does not name.</summary>
    public const string FileMissing = "sbom-file-missing";

    /// <summary>It names a path that the image does not hold.</summary>
    public const string FileExtra = "sbom-file-extra";

    /// <summary>A path is something else in the image, by kind, target or content.</summary>
    public const string FileDiffers = "sbom-file-differs";

    /// <summary>It names a path twice.</summary>
    public const string FileTwice = "sbom-file-twice";

    /// <summary>A path has no owner or more than one.</summary>
    public const string FileOwner = "sbom-file-owner";

    /// <summary>The verification code of a package is not that of its files.</summary>
    public const string CodeDiffers = "sbom-code-differs";

    /// <summary>The image's own list of packages has one that it does not name.</summary>
    public const string PackageMissing = "sbom-package-missing";

    /// <summary>It names a package that nothing in the image is of, or that the image's own list of packages does not have.</summary>
    public const string PackageExtra = "sbom-package-extra";

    /// <summary>A program of the image was built from a module or package that it does not name for it.</summary>
    public const string ModuleMissing = "sbom-module-missing";

    /// <summary>It names a module or package for a program that was built without.</summary>
    public const string ModuleExtra = "sbom-module-extra";

    /// <summary>It says something else of a module or package than the program.</summary>
    public const string ModuleDiffers = "sbom-module-differs";

    /// <summary>What a program says of its building cannot be read.</summary>
    public const string ProgramUnreadable = "sbom-program-unreadable";

    /// <summary>A Debian package is of another version in the image's own list.</summary>
    public const string PackageDiffers = "sbom-package-differs";
}
