using System.Collections.Immutable;
using Slipway.Oci;

namespace Slipway.Elf;

/// <summary>
/// What a Go program says of how it was built (Go's <c>runtime/debug.BuildInfo</c>, which <c>go version -m</c> prints): Go's version, and
/// since modules exist (Go 1.12) those that are in it.
/// </summary>
public sealed record GoBuildInfo
{
    /// <summary>As in <c>go1.24.4</c>; what follows it, as experiments do, too.</summary>
    public required string GoVersion { get; init; }

    /// <summary>Import path of the main package; null where the program does not say it.</summary>
    public string? Path { get; init; }

    /// <summary>The module of the main package; null for a program that was built without modules.</summary>
    public GoModule? Main { get; init; }

    /// <summary>The other modules with packages in the program, in its order.</summary>
    public ImmutableArray<GoModule> Dependencies { get; init; } = [];

    /// <summary>In the program's order; none before Go 1.18.</summary>
    public ImmutableArray<GoBuildSetting> Settings { get; init; } = [];

    /// <summary>Of all that it says, in characters.</summary>
    public int Length { get; init; }

    /// <summary>How many modules it names, replacements and the main one among them.</summary>
    public int Modules => Dependencies.Append(Main).OfType<GoModule>().Sum(module => module.Replace is null ? 1 : 2);

    /// <summary>A setting's value; null where it is not told.</summary>
    public string? Setting(string key) => Settings.FirstOrDefault(setting => setting.Key == key)?.Value;

    /// <summary>Reads the build information of a program; of the content some MB at most are in memory. The stream stays open.</summary>
    /// <param name="content">Seekable; read from its beginning whatever its position.</param>
    /// <returns>Null when the content is no ELF file or no Go program.</returns>
    /// <exception cref="ContentException">Its build information is cut short, malformed or beyond measure; says what.</exception>
    public static GoBuildInfo? Read(Stream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return GoBuildInfoBlob.Read(content) is { } blob ? GoBuildInfoText.Parse(blob.Version, blob.Modules) : null;
    }
}

/// <summary>A module (<c>runtime/debug.Module</c>).</summary>
/// <param name="Path">As in <c>golang.org/x/sys</c>; of a replacement it may be a folder.</param>
/// <param name="Version">As in <c>v1.2.3</c>, <c>(devel)</c> where none is known; empty for a folder.</param>
/// <param name="Sum">As in <c>go.sum</c>: a hash over the names and hashes of its files; empty where the program has none.</param>
public sealed record GoModule(string Path, string Version, string Sum)
{
    /// <summary>The module or folder that was built in its place.</summary>
    public GoModule? Replace { get; init; }
}

/// <summary>A setting of the build (<c>runtime/debug.BuildSetting</c>), as <c>CGO_ENABLED</c> or <c>vcs.revision</c>.</summary>
public sealed record GoBuildSetting(string Key, string Value);
