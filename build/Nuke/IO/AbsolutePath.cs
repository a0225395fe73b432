using System.ComponentModel;
using System.Globalization;

namespace Nuke.Common.IO;

/// <summary>
/// A rooted, normalised path of a file or directory that need not exist: <c>RootDirectory / "artifacts" / name</c>.
/// It has no <c>.</c> or <c>..</c> and no trailing separator. Equality is that of the operating system: letter case counts but on Windows.
/// </summary>
[TypeConverter(typeof(TypeConverter))]
public sealed class AbsolutePath : IEquatable<AbsolutePath>
{
    private static readonly StringComparer Comparer = OperatingSystem.IsWindows()
        ? StringComparer.OrdinalIgnoreCase
        : StringComparer.Ordinal;

    private readonly string _path;

    private AbsolutePath(string rooted)
    {
        if (!Path.IsPathFullyQualified(rooted))
            throw new ArgumentException($"Path '{rooted}' must be rooted", nameof(rooted));
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rooted));
    }

    /// <summary>Makes a path of a rooted string; throws <see cref="ArgumentException"/> when it is relative.</summary>
    public static AbsolutePath Create(string path) => new(path);

    /// <summary>The last part, with extension; empty for a root.</summary>
    public string Name => Path.GetFileName(_path);

    /// <summary>The last part without its last extension.</summary>
    public string NameWithoutExtension => Path.GetFileNameWithoutExtension(_path);

    /// <summary>The last extension with its dot; empty when there is none.</summary>
    public string Extension => Path.GetExtension(_path);

    /// <summary>The directory above; null for a root.</summary>
    public AbsolutePath? Parent => Path.GetDirectoryName(_path) is { } parent ? new AbsolutePath(parent) : null;

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    public static implicit operator AbsolutePath?(string? path) => path is null ? null : new AbsolutePath(path);

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(path))]
    public static implicit operator string?(AbsolutePath? path) => path?._path;

    /// <summary>Appends a relative path; a rooted right side is refused, because silently leaving the left side is never meant.</summary>
    public static AbsolutePath operator /(AbsolutePath left, string? right)
    {
        ArgumentNullException.ThrowIfNull(left);
        if (Path.IsPathRooted(right))
            throw new ArgumentException($"Path '{right}' must be relative to follow '{left}' /", nameof(right));
        return new AbsolutePath(Path.Combine(left._path, right ?? ""));
    }

    /// <summary>Appends text to the last part.</summary>
    public static AbsolutePath operator +(AbsolutePath left, string? right)
    {
        ArgumentNullException.ThrowIfNull(left);
        return new AbsolutePath(left._path + right);
    }

    public static bool operator ==(AbsolutePath? a, AbsolutePath? b) => a is null ? b is null : a.Equals(b);

    public static bool operator !=(AbsolutePath? a, AbsolutePath? b) => !(a == b);

    public bool Equals(AbsolutePath? other) => other is not null && Comparer.Equals(_path, other._path);

    public override bool Equals(object? obj) => Equals(obj as AbsolutePath);

    public override int GetHashCode() => Comparer.GetHashCode(_path);

    public override string ToString() => _path;

    /// <summary>From a string; a relative one stands below the process's working directory.</summary>
    public sealed class TypeConverter : System.ComponentModel.TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? new AbsolutePath(Path.GetFullPath(text)) : base.ConvertFrom(context, culture, value);
    }
}
