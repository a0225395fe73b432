using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Graph;

/// <summary>
/// What the user typed that the next command needs again: where things are, how they are reached, who signs. What says what to do once
/// (targets, a reason, a reference) is not among it, nor what a variable or a file says, which holds for the next command, too.
/// </summary>
/// <param name="arguments">The process's own.</param>
internal sealed partial class GivenFlags(IReadOnlyList<string> arguments)
{
    private static readonly ImmutableHashSet<string> Repeated = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "images",
        "root",
        "profile",
        "artifactsdirectory",
        "cachedirectory",
        "upstreammirror",
        "debianmirror",
        "offline",
        "platforms",
        "registries",
        "registrymap",
        "tokenrealm",
        "registryca",
        "clientcertificate",
        "signer",
        "signingkey",
        "kmskey",
        "publickey",
        "identity",
        "issuer",
        "trustedroot",
        "trustedrootdigest",
        "signingconfig",
        "dockerfile",
        "tag",
        "records",
        "dockerhost",
        "githubrepository",
        "githuburl",
        "gpgkey",
        "timeout"
    );

    /// <summary>A message whose next command, where its failure names one, has the user's flags again.</summary>
    public string Words(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return NextCommand.Of(failure) is { } next
            ? failure.Message.Replace(next.ToString(), next.Line(For(next)), StringComparison.Ordinal)
            : failure.Message;
    }

    /// <summary>Words to put after a command.</summary>
    public IEnumerable<string> For(NextCommand next)
    {
        bool isRepeated = false;
        foreach (string argument in arguments)
        {
            if (argument.Length > 1 && argument[0] == '-' && !char.IsAsciiDigit(argument[1]))
            {
                string name = argument.TrimStart('-').Split('=')[0].Replace("-", "", StringComparison.Ordinal);
                isRepeated =
                    Repeated.Contains(name)
                    && !(next.Image is not null && name.Equals("images", StringComparison.OrdinalIgnoreCase))
                    && !next
                        .Options.Concat(next.Without)
                        .Any(option => option.Replace("-", "", StringComparison.Ordinal).Equals(name, StringComparison.OrdinalIgnoreCase));
            }

            // A name and password in an address, and what is signed into its query, are not shown again.
            if (isRepeated)
                yield return Secrets().Replace(argument, "$1$2…");
        }
    }

    [GeneratedRegex(@"(://)[^/@\s]*(?=@)|(?<=://.*)(\?).+$")]
    private static partial Regex Secrets();
}
