namespace Nuke.Common;

/// <summary>
/// Marks a parameter whose value is never written: not in help, not in an error, not in the log. It is not taken from a parameters file.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public class SecretAttribute : Attribute;
