using System.Reflection;

namespace Nuke.Common.Parameters;

/// <summary>Every parameter of a build class, then the kernel's own; each part by name.</summary>
internal sealed class ParameterSet
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private ParameterSet(IReadOnlyList<BuildParameter> own) => (Own, All) = (own, [.. own, .. KernelParameters.All]);

    public IReadOnlyList<BuildParameter> Own { get; }
    public IReadOnlyList<BuildParameter> All { get; }

    /// <exception cref="InvalidOperationException">Two parameters have one name.</exception>
    public static ParameterSet Of(Type build)
    {
        List<BuildParameter> own = [];
        for (Type? type = build; type is not null; type = type.BaseType)
        {
            foreach (MemberInfo member in type.GetMembers(Declared))
            {
                if (member.GetCustomAttribute<ParameterAttribute>() is { } attribute && !own.Any(x => x.Member!.Name == member.Name))
                    own.Add(BuildParameter.Of(member, attribute));
            }
        }

        ParameterSet set = new([.. own.OrderBy(x => x.Name, StringComparer.Ordinal)]);
        foreach (var twins in set.All.GroupBy(x => x.Dashed.Replace("-", "", StringComparison.Ordinal)).Where(x => x.Count() > 1))
            throw new InvalidOperationException($"{build}: two parameters are named --{twins.First().Dashed}.");
        return set;
    }

    /// <summary>By any spelling: <c>signing-key</c>, <c>SigningKey</c>, <c>SIGNINGKEY</c>; null when there is none.</summary>
    public BuildParameter? Find(string name) => All.FirstOrDefault(x => KebabName.Same(x.Name, name));

    public BuildParameter? Of(MemberInfo member) => Own.FirstOrDefault(x => x.Member!.Name == member.Name);
}
