using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common.Parameters;

namespace Nuke.Common.Execution;

/// <summary>Checks, before anything runs, what the scheduled targets require, and asks for it where there is somebody to ask.</summary>
internal sealed class Requirements(object build, ParameterSet parameters, IBuildConventions conventions, Interview? interview)
{
    /// <exception cref="BuildUsageException">Something is missing; one line for each thing.</exception>
    public void Check(IEnumerable<ExecutableTarget> scheduled)
    {
        List<string> missing = [.. parameters.Own.Where(x => x.IsRequired && IsMissing(x)).Select(x => Missing("every run", x))];
        foreach (ExecutableTarget target in scheduled)
        {
            foreach (LambdaExpression requirement in target.Requirements)
            {
                if (Unmet(target, requirement) is { } line && !missing.Contains(line))
                    missing.Add(line);
            }
        }

        if (missing.Count > 0)
            throw missing is [var only]
                ? new BuildUsageException(only)
                : new AggregateException(missing.Select(each => new BuildUsageException(each)));
    }

    /// <summary>The parameters that the target names as required.</summary>
    public static IReadOnlyList<BuildParameter> Of(ExecutableTarget target, ParameterSet parameters) =>
        [
            .. target
                .Requirements.Where(x => x is not Expression<Func<bool>>)
                .Select(x => Member(x.Body))
                .OfType<MemberInfo>()
                .Select(parameters.Of)
                .OfType<BuildParameter>(),
        ];

    private string? Unmet(ExecutableTarget target, LambdaExpression requirement)
    {
        if (requirement is Expression<Func<bool>> condition)
            return condition.Compile(preferInterpretation: true)() ? null : $"target {target.Name} requires {Text(requirement.Body)}";

        if (Member(requirement.Body) is not { } member)
            throw new InvalidOperationException(
                $"Target {target.Name}: Requires wants a parameter or a bool condition, got {requirement.Body}."
            );
        if (parameters.Of(member) is not { } parameter)
            throw new InvalidOperationException(
                $"Target {target.Name}: Requires wants a parameter, got {member.Name}, which has no [Parameter]."
            );
        return IsMissing(parameter) ? Missing($"target {target.Name}", parameter) : null;
    }

    private bool IsMissing(BuildParameter parameter) =>
        IsEmpty(parameter.ValueIn(build)) && (interview is null || !interview.Fill(build, parameter));

    private string Missing(string who, BuildParameter parameter)
    {
        string variable = parameter.Variable(conventions.EnvironmentPrefix);
        string how =
            parameter.IsUnsafe ? $"give {parameter.Flag} on the command line"
            : parameter.IsSecret ? $"set {variable}"
            : $"give {parameter.Flag} or set {variable}";
        return $"{who} needs a value for {parameter.Flag}; {how}";
    }

    private static MemberInfo? Member(Expression body) =>
        body switch
        {
            UnaryExpression { NodeType: ExpressionType.Convert } convert => Member(convert.Operand),
            MemberExpression member => member.Member,
            _ => null,
        };

    /// <summary>The expression without the compiler's own words for "this".</summary>
    private string Text(Expression body) => body.ToString().Replace($"value({build.GetType().FullName}).", "", StringComparison.Ordinal);

    private static bool IsEmpty(object? value) =>
        value switch
        {
            null => true,
            string text => string.IsNullOrWhiteSpace(text),
            ICollection many => many.Count == 0,
            _ => false,
        };
}

/// <summary>Which parameters the targets of a plan read, and what each means to them.</summary>
internal sealed class PlanParameters(IReadOnlyList<ExecutableTarget> plan, ParameterSet parameters)
{
    public bool IsRead(BuildParameter parameter) => Uses(parameter).Any() || Needing(parameter).Any();

    public IEnumerable<ParameterUse> Uses(BuildParameter parameter) =>
        ParameterUse
            .Of(parameter.Description ?? "")
            .Where(use => use.Targets.Count == 0 || plan.Any(target => use.Targets.Contains(target.Name, StringComparer.Ordinal)));

    /// <summary>The targets that do not run without it.</summary>
    public IEnumerable<string> Needing(BuildParameter parameter) =>
        plan.Where(x => Requirements.Of(x, parameters).Contains(parameter)).Select(x => x.Name);
}
