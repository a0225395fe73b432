using System.Text.RegularExpressions;

namespace Slipway.Oci;

/// <summary>
/// Names content in a registry: <c>host[:port]/repository[:tag][@digest]</c>. The grammar of repository and tag is
/// that of the OCI distribution specification, "Pulling manifests"; nothing is added by default, so <c>quay.io/a/b</c>
/// has neither tag nor digest.
/// </summary>
public sealed partial record Reference
{
    private const int MaximumNameLength = 255;

    private Reference(string host, string repository, string? tag, Digest? digest)
    {
        Host = host;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry as people write it, <c>quay.io</c> or <c>docker.io</c> or <c>localhost:5000</c>.</summary>
    public string Host { get; }

    /// <summary>The name inside the registry, <c>poseidon/kubelet</c>.</summary>
    public string Repository { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Host and repository, without tag and digest.</summary>
    public string Name => $"{Host}/{Repository}";

    /// <summary>
    /// The one name of the place that <see cref="Name"/> names: <c>docker.io/library/debian</c> for <c>Index.docker.io:443/debian</c>.
    /// </summary>
    public string Place => $"{RegistryName.Canonical(Host)}/{RegistryName.RepositoryAt(Host, Repository)}";

    /// <summary>Whether both are of the same repository, however each is spelled; tags and digests do not matter.</summary>
    public bool IsSamePlaceAs(Reference other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Place == other.Place;
    }

    /// <summary>Whether a name that somebody else wrote, with neither tag nor digest, is that of this repository.</summary>
    public bool IsNamedBy(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == Name)
            return true;
        try
        {
            return Parse(name) is { Tag: null, Digest: null } other && IsSamePlaceAs(other);
        }
        catch (ContentException)
        {
            return false;
        }
    }

    /// <exception cref="ContentException">The text breaks the grammar; the message says where.</exception>
    public static Reference Parse(string text)
    {
        string rest = text;
        Digest? digest = null;
        int at = rest.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            digest = Digest.Parse(rest[(at + 1)..]);
            rest = rest[..at];
        }

        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string host = slash < 0 ? "" : rest[..slash];
        if (
            !HostGrammar().IsMatch(host)
            || !(host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost")
        )
            throw new ContentException(
                $"reference '{Printable.Of(text)}': it must begin with a registry host, as in quay.io/poseidon/kubelet"
            );

        string path = rest[(slash + 1)..];
        int colon = path.LastIndexOf(':');
        string? tag = colon < 0 ? null : path[(colon + 1)..];
        string repository = colon < 0 ? path : path[..colon];
        if (repository.Length + host.Length + 1 > MaximumNameLength || !RepositoryGrammar().IsMatch(repository))
            throw new ContentException(
                $"reference '{Printable.Of(text)}': '{Printable.Of(repository)}' is not a repository name of the OCI distribution grammar"
            );
        if (tag is not null)
            RequireTag(tag);
        return new Reference(host, repository, tag, digest);
    }

    /// <exception cref="ContentException">The tag breaks the grammar.</exception>
    public Reference WithTag(string tag)
    {
        RequireTag(tag);
        return new Reference(Host, Repository, tag, null);
    }

    public Reference WithDigest(Digest digest) => new(Host, Repository, null, digest);

    public override string ToString() => Name + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Whether a text is a tag by the grammar.</summary>
    public static bool IsTag(string? text) => text is not null && TagGrammar().IsMatch(text);

    private static void RequireTag(string tag)
    {
        if (!IsTag(tag))
            throw new ContentException(
                $"tag '{Printable.Of(tag)}': wanted at most 128 letters, digits, '_', '.', '-', beginning with none of the last two"
            );
    }

    [GeneratedRegex(@"^(\[[0-9a-fA-F:]+\]|[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?)(:[0-9]{1,5})?\z")]
    private static partial Regex HostGrammar();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryGrammar();

    [GeneratedRegex(@"^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")]
    private static partial Regex TagGrammar();
}
