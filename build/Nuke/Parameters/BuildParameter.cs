using System.Reflection;
using Nuke.Common.IO;

namespace Nuke.Common.Parameters;

/// <summary>A parameter of the build class or of the kernel: its names, its type and where it may come from.</summary>
internal sealed class BuildParameter
{
    public BuildParameter(string name, string? description, Type type)
    {
        (Name, Description, Type) = (name, description, type);
        Dashed = KebabName.Of(name);
    }

    /// <summary>In PascalCase, as it stands in a parameters file.</summary>
    public string Name { get; }

    /// <summary>Without the leading dashes.</summary>
    public string Dashed { get; }
    public string? Description { get; }
    public Type Type { get; }

    /// <summary>The field or property of the build class; null for the kernel's own.</summary>
    public MemberInfo? Member { get; init; }
    public char? Separator { get; init; }
    public bool IsListed { get; init; } = true;
    public bool IsSecret { get; init; }
    public bool IsRequired { get; init; }

    /// <summary>Whether an empty list means something, as it does for <c>--skip</c>.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>Needed before a parameters file is found or read.</summary>
    public bool IsBeforeFiles { get; init; }

    /// <summary>Weakens a check, so it is taken from the command line only, where a reader of the log or the history sees it.</summary>
    public bool IsUnsafe => Dashed.EndsWith("-unsafe", StringComparison.Ordinal);
    public string Flag => "--" + Dashed;
    public bool IsList => Type.IsArray;

    /// <summary>The type of one value, without array and nullable.</summary>
    public Type ElementType
    {
        get
        {
            Type element = Type.GetElementType() ?? Type;
            return Nullable.GetUnderlyingType(element) ?? element;
        }
    }

    public bool IsSwitch => ElementType == typeof(bool) && !IsList;
    public IReadOnlyList<string> Allowed => ElementType.IsEnum ? Enum.GetNames(ElementType) : [];
    public bool IsPath => ElementType == typeof(AbsolutePath);

    public static BuildParameter Of(MemberInfo member, ParameterAttribute attribute) =>
        new(attribute.Name ?? member.Name, attribute.Description?.TrimEnd('.'), TypeOf(member))
        {
            Member = member,
            Separator = attribute.Separator is { Length: 1 } separator ? separator[0] : null,
            IsListed = attribute.List,
            IsSecret = member.IsDefined(typeof(SecretAttribute)),
            IsRequired = member.IsDefined(typeof(RequiredAttribute)),
        };

    /// <summary>The environment variable that gives it: the prefix, else NUKE's.</summary>
    public string Variable(string prefix) => (prefix.Length > 0 ? prefix : "NUKE_") + Dashed.Replace('-', '_').ToUpperInvariant();

    public object? ValueIn(object build) =>
        Member switch
        {
            FieldInfo field => field.GetValue(field.IsStatic ? null : build),
            PropertyInfo property => property.GetValue(build),
            _ => null,
        };

    /// <summary>Sets a field, read-only or not, a property, or the field behind a property without a setter.</summary>
    public void SetIn(object build, object? value)
    {
        switch (Member)
        {
            case FieldInfo field:
                field.SetValue(build, value);
                break;
            case PropertyInfo { CanWrite: true } property:
                property.SetValue(build, value);
                break;
            case PropertyInfo property:
                FieldInfo backing = property.DeclaringType!.GetField(
                    $"<{property.Name}>k__BackingField",
                    BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic
                )
                    ?? throw new InvalidOperationException(
                        $"Parameter {Name} of {property.DeclaringType} has neither a setter nor a field behind it."
                    );
                backing.SetValue(build, value);
                break;
        }
    }

    private static Type TypeOf(MemberInfo member) => member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType;
}
