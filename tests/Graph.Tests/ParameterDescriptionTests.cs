using System.Reflection;
using System.Text.RegularExpressions;
using Nuke.Common;

namespace Slipway.Graph.Tests;

/// <summary>A description says first which targets read the parameter; that is what <c>TARGET --help</c> goes by.</summary>
public sealed partial class ParameterDescriptionTests
{
    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void What_stands_before_a_colon_is_a_target()
    {
        HashSet<string> targets =
        [
            .. typeof(Build)
                .GetProperties(Members)
                .Where(property => property.PropertyType == typeof(Target))
                .Select(property => property.Name),
        ];
        string[] descriptions =
        [
            .. typeof(Build)
                .GetMembers(Members)
                .Select(member => member.GetCustomAttribute<ParameterAttribute>()?.Description)
                .OfType<string>(),
        ];
        Assert.InRange(descriptions.Length, 50, 200);
        Assert.Empty(
            descriptions
                .SelectMany(description => Names().Matches(description))
                .SelectMany(match => match.Groups[1].Value.Split(", "))
                .Where(name => !targets.Contains(name))
                .Distinct()
        );
    }

    [GeneratedRegex("(?:^|; )([A-Z][A-Za-z]+(?:, [A-Z][A-Za-z]+)*): ")]
    private static partial Regex Names();
}
