using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>What a target is made of. Every member returns the same definition, so calls chain.</summary>
public interface ITargetDefinition
{
    /// <summary>One sentence for <c>--help</c>.</summary>
    public ITargetDefinition Description(string description);

    /// <summary>Adds what the target does. Actions run one after the other, in the order they were added.</summary>
    public ITargetDefinition Executes(params Action[] actions);

    /// <summary>Adds an action whose result is dropped.</summary>
    public ITargetDefinition Executes<T>(Func<T> action);

    /// <summary>Adds an asynchronous action; the target ends when the task has ended.</summary>
    public ITargetDefinition Executes(Func<Task> action);

    /// <summary>Adds targets that are scheduled with this one and run before it.</summary>
    public ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>Orders this target before others when they are scheduled; schedules nothing.</summary>
    public ITargetDefinition Before(params Target[] targets);

    /// <summary>Orders this target after others when they are scheduled; schedules nothing.</summary>
    public ITargetDefinition After(params Target[] targets);

    /// <summary>Skips the target when the condition is false at the moment it would start.</summary>
    public ITargetDefinition OnlyWhenDynamic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Skips the target when the condition is false before the first target starts.</summary>
    public ITargetDefinition OnlyWhenStatic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Names parameters that must have a value, not null and not empty. Checked before anything runs.</summary>
    public ITargetDefinition Requires<T>(Expression<Func<T>> parameterRequirement, params Expression<Func<T>>[] parameterRequirements)
        where T : class?;

    /// <summary>Names nullable value parameters that must have a value. Checked before anything runs.</summary>
    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct;

    /// <summary>Adds conditions that must hold. Checked before anything runs.</summary>
    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>What happens to the dependencies when this target is skipped.</summary>
    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior);

    /// <summary>Keeps the target out of <c>--help</c>; it can still be invoked by name.</summary>
    public ITargetDefinition Unlisted();
}
