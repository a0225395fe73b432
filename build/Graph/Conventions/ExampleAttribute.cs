namespace Slipway.Graph;

/// <summary>A call of a target, or, on the build class, of the build, that its help shows.</summary>
/// <param name="arguments">What follows <c>./build.sh</c>.</param>
/// <param name="text">What the call does, in a few words.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
internal sealed class ExampleAttribute(string arguments, string text) : Attribute
{
    public string Arguments { get; } = arguments;

    public string Text { get; } = text;
}
