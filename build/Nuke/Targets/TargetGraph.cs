using System.ComponentModel;
using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common.Execution;

/// <summary>Every target of a build in declaration order, with the edges between them.</summary>
internal static class TargetGraph
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <exception cref="InvalidOperationException">A target names one that is no property of the build.</exception>
    public static IReadOnlyList<ExecutableTarget> Of<T>(T build, IEnumerable<Expression<Func<T, Target>>> defaults)
        where T : class
    {
        List<Target> defaultTargets = [.. defaults.Select(x => DefaultTarget(build, x))];
        List<ExecutableTarget> targets = [];
        foreach (PropertyInfo property in Properties(build.GetType()))
        {
            var factory = (Target)property.GetValue(build)!;
            TargetDefinition definition = new();
            factory(definition);
            targets.Add(
                new ExecutableTarget(ShortName(property.Name), factory, definition, defaultTargets.Contains(factory))
                {
                    Category = property.GetCustomAttribute<CategoryAttribute>()?.Category ?? "",
                }
            );
        }

        foreach (ExecutableTarget target in targets)
            Connect(target, targets);
        return targets;
    }

    /// <summary>Names only: no target's lambda is run.</summary>
    public static IEnumerable<string> NamesOf(Type build) => Properties(build).Select(x => ShortName(x.Name));

    private static Dictionary<string, PropertyInfo>.ValueCollection Properties(Type build)
    {
        Stack<Type> line = [];
        for (Type? type = build; type is not null; type = type.BaseType)
            line.Push(type);

        Dictionary<string, PropertyInfo> byName = [];
        foreach (PropertyInfo property in line.SelectMany(x => x.GetProperties(Instance)).Where(x => x.PropertyType == typeof(Target)))
            byName[property.Name] = property;
        return byName.Values;
    }

    private static string ShortName(string property) => property[(property.LastIndexOf('.') + 1)..];

    private static Target DefaultTarget<T>(T build, Expression<Func<T, Target>> expression) =>
        expression.Body is MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression }
            ? (Target)property.GetValue(build)!
            : expression.Compile(preferInterpretation: true)(build);

    private static void Connect(ExecutableTarget target, IReadOnlyList<ExecutableTarget> all)
    {
        TargetDefinition definition = target.Definition;
        target.ExecutionDependencies = Ends(target, all, definition.DependsOnTargets, x => x.DependentForTargets);
        target.OrderDependencies = Ends(target, all, definition.AfterTargets, x => x.BeforeTargets);
        target.TriggerDependencies = Ends(target, all, definition.TriggeredByTargets, x => x.TriggersTargets);
        target.Triggers = Ends(target, all, definition.TriggersTargets, x => x.TriggeredByTargets);
        foreach (
            Target other in (IEnumerable<Target>)
                [.. definition.BeforeTargets, .. definition.DependentForTargets, .. definition.Consumed.Select(x => x.From)]
        )
            Find(other, target, all);
    }

    /// <summary>The targets that this one names, then those that name it from the other end.</summary>
    private static IReadOnlyList<ExecutableTarget> Ends(
        ExecutableTarget target,
        IReadOnlyList<ExecutableTarget> all,
        List<Target> named,
        Func<TargetDefinition, List<Target>> fromOtherEnd
    ) =>
        [.. named.Select(x => Find(x, target, all)).Concat(all.Where(x => fromOtherEnd(x.Definition).Contains(target.Factory))).Distinct()];

    private static ExecutableTarget Find(Target wanted, ExecutableTarget asking, IReadOnlyList<ExecutableTarget> all) =>
        all.FirstOrDefault(x => x.Factory == wanted)
        ?? throw new InvalidOperationException(
            $"Target {asking.Name} names another target ({wanted?.Method.Name ?? "null"}) that is not a Target property of the build class."
        );
}
