using System.Linq.Expressions;

namespace Nuke.Common.Execution;

/// <summary>Collects what one target's lambda says.</summary>
internal sealed class TargetDefinition : ITargetDefinition
{
    public string? Text { get; private set; }
    public bool IsUnlisted { get; private set; }
    public DependencyBehavior DependencyBehavior { get; private set; } = DependencyBehavior.Skip;
    public List<Action> Actions { get; } = [];
    public List<Target> DependsOnTargets { get; } = [];
    public List<Target> BeforeTargets { get; } = [];
    public List<Target> AfterTargets { get; } = [];
    public List<Target> DependentForTargets { get; } = [];
    public List<Target> TriggersTargets { get; } = [];
    public List<Target> TriggeredByTargets { get; } = [];
    public List<string> Products { get; } = [];
    public List<(Target From, string[] Artifacts)> Consumed { get; } = [];
    public bool IsAssuredAfterFailure { get; private set; }
    public bool IsProceedAfterFailure { get; private set; }
    public List<Condition> DynamicConditions { get; } = [];
    public List<Condition> StaticConditions { get; } = [];
    public List<LambdaExpression> Requirements { get; } = [];

    public ITargetDefinition Description(string description)
    {
        Text = description;
        return this;
    }

    public ITargetDefinition Executes(params Action[] actions) => Add(Actions, actions);

    public ITargetDefinition Executes<T>(Func<T> action) => Add(Actions, [() => action()]);

    public ITargetDefinition Executes(Func<Task> action) => Add(Actions, [() => action().GetAwaiter().GetResult()]);

    public ITargetDefinition DependsOn(params Target[] targets) => Add(DependsOnTargets, targets);

    public ITargetDefinition Before(params Target[] targets) => Add(BeforeTargets, targets);

    public ITargetDefinition After(params Target[] targets) => Add(AfterTargets, targets);

    public ITargetDefinition DependentFor(params Target[] targets) => Add(DependentForTargets, targets);

    public ITargetDefinition Triggers(params Target[] targets) => Add(TriggersTargets, targets);

    public ITargetDefinition TriggeredBy(params Target[] targets) => Add(TriggeredByTargets, targets);

    public ITargetDefinition Produces(params string[] artifacts) => Add(Products, artifacts);

    public ITargetDefinition Consumes(params Target[] targets) => Add(Consumed, targets.Select(x => (x, Array.Empty<string>())));

    public ITargetDefinition Consumes(Target target, params string[] artifacts) => Add(Consumed, [(target, artifacts)]);

    public ITargetDefinition OnlyWhenDynamic(Func<bool> condition, string? conditionExpression = null) =>
        Add(DynamicConditions, [Condition.Of(condition, conditionExpression)]);

    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string? conditionExpression = null) =>
        Add(StaticConditions, [Condition.Of(condition, conditionExpression)]);

    public ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class? => Add(Requirements, [parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct => Add(Requirements, [parameterRequirement, .. parameterRequirements]);

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements) =>
        Add(Requirements, [requirement, .. requirements]);

    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior)
    {
        DependencyBehavior = dependencyBehavior;
        return this;
    }

    public ITargetDefinition AssuredAfterFailure()
    {
        IsAssuredAfterFailure = true;
        return this;
    }

    public ITargetDefinition ProceedAfterFailure()
    {
        IsProceedAfterFailure = true;
        return this;
    }

    public ITargetDefinition Inherit(params Target[] targets)
    {
        foreach (Target target in targets)
            target(this);
        return this;
    }

    public ITargetDefinition Unlisted()
    {
        IsUnlisted = true;
        return this;
    }

    private TargetDefinition Add<T>(List<T> list, IEnumerable<T> more)
    {
        list.AddRange(more);
        return this;
    }
}

/// <summary>A condition of a target and its text in the source, which is the reason shown when it does not hold.</summary>
internal sealed record Condition(Func<bool> Holds, string Text)
{
    public static Condition Of(Func<bool> condition, string? expression)
    {
        string text = string.Join(' ', (expression ?? "a condition").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return new Condition(condition, text.StartsWith("() =>", StringComparison.Ordinal) ? text["() =>".Length..].Trim() : text);
    }
}
