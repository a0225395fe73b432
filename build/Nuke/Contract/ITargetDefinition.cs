using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>
/// A target of a build: <c>Target Pack => _ => _.DependsOn(Fetch).Executes(() => …);</c>.
/// Two values are the same target when the delegates are equal, so a target is declared as a property whose getter gives the same lambda.
/// </summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);

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

    /// <summary>Adds this target to what the others depend on: scheduled with each of them, and run before it.</summary>
    public ITargetDefinition DependentFor(params Target[] targets);

    /// <summary>Adds targets that are scheduled with this one and run after it; not when this one is skipped.</summary>
    public ITargetDefinition Triggers(params Target[] targets);

    /// <summary>Adds this target to what the others trigger.</summary>
    public ITargetDefinition TriggeredBy(params Target[] targets);

    /// <summary>Orders this target before others when they are scheduled; schedules nothing.</summary>
    public ITargetDefinition Before(params Target[] targets);

    /// <summary>Orders this target after others when they are scheduled; schedules nothing.</summary>
    public ITargetDefinition After(params Target[] targets);

    /// <summary>Skips the target when the condition is false at the moment it would start.</summary>
    public ITargetDefinition OnlyWhenDynamic(
        Func<bool> condition,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null
    );

    /// <summary>Skips the target when the condition is false before the first target starts.</summary>
    public ITargetDefinition OnlyWhenStatic(
        Func<bool> condition,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null
    );

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

    /// <summary>
    /// Runs the target, when it is scheduled, after another one failed or the run was cancelled too: for what must be put away.
    /// </summary>
    public ITargetDefinition AssuredAfterFailure();

    /// <summary>
    /// Goes on with the plan when this target fails, targets that depend on it included; the run has failed all the same.
    /// </summary>
    public ITargetDefinition ProceedAfterFailure();

    /// <summary>Names what the target leaves behind, as path patterns. Shown in its help; the kernel does not look for it.</summary>
    public ITargetDefinition Produces(params string[] artifacts);

    /// <summary>Names targets whose artifacts this one reads. Shown in its help; neither schedules nor orders.</summary>
    public ITargetDefinition Consumes(params Target[] targets);

    /// <summary>As above, and only these artifacts of the target.</summary>
    public ITargetDefinition Consumes(Target target, params string[] artifacts);

    /// <summary>Takes over, at this place of the chain, all that the other targets' definitions say.</summary>
    public ITargetDefinition Inherit(params Target[] targets);

    /// <summary>Keeps the target out of <c>--help</c>; it can still be invoked by name.</summary>
    public ITargetDefinition Unlisted();
}

/// <summary>What happens to the dependencies of a target that is skipped before the first target has started.</summary>
public enum DependencyBehavior
{
    /// <summary>Dependencies that no other scheduled target needs are skipped too. The default, as in NUKE.</summary>
    Skip,

    /// <summary>Dependencies run all the same.</summary>
    Execute,
}
