namespace Nuke.Common;

/// <summary>
/// A target of a build: <c>Target Pack => _ => _.DependsOn(Fetch).Executes(() => …);</c>.
/// Two values are the same target when the delegates are equal, so a target is declared as a property whose getter gives the same lambda.
/// </summary>
public delegate ITargetDefinition Target(ITargetDefinition definition);
