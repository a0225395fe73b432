namespace Nuke.Common;

/// <summary>
/// Marks a field or property of a build as a parameter. Its value comes from the command line (<c>--signing-key FILE</c>), else the
/// environment, else <c>.nuke/parameters.json</c>, else its initialiser. Types: string, bool, enums, <c>AbsolutePath</c>, whatever has a
/// <see cref="System.ComponentModel.TypeConverter"/> from string, their nullable forms, and arrays of these.
/// </summary>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
public class ParameterAttribute(string? description = null) : Attribute
{
    /// <summary>
    /// One sentence for <c>--help</c>; a full stop at its end is optional. It may say first which targets read the parameter, and for
    /// others what it means to them: <c>Mirror: where to copy to; Save, Pack: the file to write</c>.
    /// </summary>
    public virtual string? Description { get; } = description;

    /// <summary>The name instead of the member's own, in PascalCase.</summary>
    public string? Name { get; set; }

    /// <summary>One character that separates the elements of a list given as one value.</summary>
    public string? Separator { get; set; }

    /// <summary>Whether <c>--help</c> shows the parameter.</summary>
    public virtual bool List { get; set; } = true;
}

/// <summary>Marks a parameter that every run needs, whatever its targets.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public class RequiredAttribute : Attribute;

/// <summary>
/// Marks a parameter whose value is never written: not in help, not in an error, not in the log. It is not taken from a parameters file.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public class SecretAttribute : Attribute;
