using System.Collections.Immutable;

namespace Slipway.Definitions;

/// <summary>The steps that a layer's <c>finish</c> can name: what maintainer scripts would have done and no declaration can say.</summary>
public static class FinishingStepName
{
    public const string Accounts = "accounts";
    public const string BaseFiles = "base-files";
    public const string Certificates = "certificates";
    public const string LinkerCache = "linker-cache";
    public const string PackageDatabase = "package-database";
    public const string Shells = "shells";

    /// <summary>In ordinal order.</summary>
    public static ImmutableArray<string> All { get; } = [Accounts, BaseFiles, Certificates, LinkerCache, PackageDatabase, Shells];
}
