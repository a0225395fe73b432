using System.Text.RegularExpressions;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>Nothing in any layer looks like a secret, by its name or by its content; a higher layer that hides it does not help.</summary>
internal sealed partial class SecretRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry entry in image.Found.All.OrderBy(entry => entry.Path, StringComparer.Ordinal))
        {
            string? looks =
                entry.File?.Secret is { } content ? $"it appears to contain {content}"
                : Name().IsMatch(entry.Path) ? "its name is typical of a secret"
                : null;
            if (looks is not null && !image.Contract.Allows(ExceptionKey.Secrets, entry.Path))
                yield return image.Violation(entry.Path, "secret", looks, image.Allow(ExceptionKey.Secrets));
        }
    }

    [GeneratedRegex(
        @"(^|/)(\.git|\.svn|\.hg|\.dockercfg|\.docker/config\.json|\.netrc|\.git-credentials|\.aws/credentials|\.kube/config|\.npmrc|\.pypirc|\.pgpass|id_(rsa|dsa|ecdsa|ed25519)|ssh_host_[a-z0-9]+_key|[^/]+\.(p12|pfx|jks|keytab))\z"
    )]
    private static partial Regex Name();
}
