namespace Nuke.Common;

/// <summary>One call that help shows.</summary>
/// <param name="Arguments">What follows <see cref="IBuildConventions.Command"/>, as in a shell.</param>
/// <param name="Text">What the call does, in a few words.</param>
public sealed record HelpExample(string Arguments, string Text);
