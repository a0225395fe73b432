using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Nuke.Common;

/// <summary>Names the <see cref="IBuildConventions"/> of the assembly that holds the build class.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class BuildConventionsAttribute(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] Type conventions
) : Attribute
{
    /// <summary>A type that implements <see cref="IBuildConventions"/> and has a public constructor without parameters.</summary>
    public Type Conventions { get; } = conventions;

    internal static IBuildConventions Of(Assembly assembly) =>
        assembly.GetCustomAttribute<BuildConventionsAttribute>() is not { } named
            ? new NukeConventions()
            : Activator.CreateInstance(named.Conventions) as IBuildConventions
                ?? throw new InvalidOperationException(
                    $"{assembly.GetName().Name}: [assembly: BuildConventions] wants a type that implements {nameof(IBuildConventions)}, "
                        + $"got {named.Conventions}."
                );
}
