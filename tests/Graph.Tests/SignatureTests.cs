using System.Reflection;
using System.Runtime.CompilerServices;

namespace Slipway.Graph.Tests;

/// <summary>What takes six things takes a noun that has no name yet. A record is such a noun: its members are no parameters.</summary>
public class SignatureTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void Nothing_takes_six_parameters()
    {
        Type[] types = [.. ProductRooms.All.SelectMany(room => room.GetTypes()).Where(type => !IsGenerated(type))];
        Assert.InRange(types.Length, 800, 5000);
        Assert.Empty(
            types
                .SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
                .Where(method => method.GetParameters().Length > 5 && !IsGenerated(method) && !IsOfRecord(method) && !IsInlined(method))
                .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}: {method.GetParameters().Length} parameters")
        );
    }

    private static bool IsGenerated(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || member.IsDefined(typeof(CompilerGeneratedAttribute))
        || (member.DeclaringType is { } outer && IsGenerated(outer));

    private static bool IsOfRecord(MethodBase method) =>
        method.DeclaringType!.GetMethod("PrintMembers", Declared) is not null && method is ConstructorInfo or { Name: "Deconstruct" };

    /// <summary>A step of a loop that decodes bytes is a method for the reader only.</summary>
    private static bool IsInlined(MethodBase method) => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.AggressiveInlining);
}
