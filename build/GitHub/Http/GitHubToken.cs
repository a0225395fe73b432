namespace Slipway.GitHub;

/// <summary>Who we are at one host.</summary>
/// <param name="secret">What is sent.</param>
/// <param name="variable">Which variable it came from, for people.</param>
public sealed class GitHubToken(string secret, string variable)
{
    internal string Secret => secret;

    public string Variable => variable;

    /// <summary>Nothing of the secret.</summary>
    public override string ToString() => $"the token in {variable}";
}
