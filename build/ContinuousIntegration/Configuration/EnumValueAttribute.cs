using System.Reflection;

namespace Nuke.Common.CI;

/// <summary>How a value is written in the file.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class EnumValueAttribute(string value) : Attribute
{
    public string Value { get; } = value;

    internal static string Of<T>(T value)
        where T : struct, Enum =>
        typeof(T).GetField(value.ToString())?.GetCustomAttribute<EnumValueAttribute>()?.Value
        ?? throw new InvalidOperationException($"{typeof(T).Name} {value} has no name in the file.");
}
