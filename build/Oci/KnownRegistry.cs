using System.Collections.Immutable;

namespace Slipway.Oci;

/// <summary>
/// A registry that is known by name, with all that is particular to it: its names, where its requests go, who may see credentials, what
/// people are told. Every other registry is taken as its host says. A further one is one more row of <see cref="All"/>.
/// </summary>
public sealed record KnownRegistry
{
    private const string RepositoryMark = "REPOSITORY";

    public static KnownRegistry Quay { get; } =
        new()
        {
            Title = "Quay",
            Host = "quay.io",
            UserVariable = "QUAY_USERNAME",
            SecretVariable = "QUAY_PASSWORD",
            TagsPage = $"https://quay.io/repository/{RepositoryMark}?tab=tags",
        };

    public static KnownRegistry DockerHub { get; } =
        new()
        {
            Title = "Docker Hub",
            Host = "docker.io",
            Aliases = ["index.docker.io", "registry-1.docker.io"],
            RequestHost = "registry-1.docker.io",
            DefaultNamespace = "library",
            TokenHost = "auth.docker.io",
            CredentialsKey = "https://index.docker.io/v1/",
            UserVariable = "DOCKERHUB_USERNAME",
            SecretVariable = "DOCKERHUB_TOKEN",
            TagsPage = $"https://hub.docker.com/r/{RepositoryMark}/tags",
            TagAddress = $"https://hub.docker.com/v2/repositories/{RepositoryMark}/tags/TAG/",
        };

    public static ImmutableArray<KnownRegistry> All { get; } = [Quay, DockerHub];

    /// <summary>As people call it.</summary>
    public required string Title { get; init; }

    /// <summary>As references name it, and the one name that stands for all of them.</summary>
    public required string Host { get; init; }

    /// <summary>Its other names, in lower case.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Where its requests go by https; null for <see cref="Host"/>.</summary>
    public string? RequestHost { get; init; }

    /// <summary>What is in front of a repository's name that has no slash; null for nothing.</summary>
    public string? DefaultNamespace { get; init; }

    /// <summary>A host beside its own that its tokens come from, by https at port 443; null for none.</summary>
    public string? TokenHost { get; init; }

    /// <summary>What it is called in files that Docker's own tools write, looked for before its names; null for no other name.</summary>
    public string? CredentialsKey { get; init; }

    /// <summary>The environment variable that holds a user's name.</summary>
    public required string UserVariable { get; init; }

    /// <summary>The environment variable that holds the password or token of that user.</summary>
    public required string SecretVariable { get; init; }

    /// <summary>The page on which a person deletes the tags of a repository.</summary>
    public required string TagsPage { get; init; }

    /// <summary>What a DELETE by an API of its own goes to; null where it has none, or need not have one.</summary>
    public string? TagAddress { get; init; }

    /// <summary>Where its requests go.</summary>
    public Uri Address => new($"https://{RequestHost ?? Host}/");

    /// <summary>What its entry may be called in a file of credentials, in the order in which it is looked for.</summary>
    public ImmutableArray<string> CredentialsKeys => [.. CredentialsKey is null ? [] : (string[])[CredentialsKey], Host, .. Aliases];

    /// <summary>What to do about a refusal of a request without credentials.</summary>
    public string CredentialsAdvice => $"set {UserVariable} and {SecretVariable}";

    /// <summary>The known registry that goes by this one name; null for every other.</summary>
    /// <param name="canonical">As <see cref="RegistryName.Canonical"/> gives it.</param>
    public static KnownRegistry? Of(string canonical) => All.FirstOrDefault(known => known.Host == canonical);

    /// <summary>Whether tokens for requests to the first host may come from the second, at port 443.</summary>
    public static bool GivesTokens(string requestHost, string tokenHost) =>
        All.Any(known =>
            known.TokenHost is { } own
            && Same(own, tokenHost)
            && known.Aliases.Append(known.Address.IdnHost).Any(host => Same(host, requestHost))
        );

    /// <summary>What a person does to delete tags where the distribution protocol deletes none.</summary>
    /// <param name="repository">The name inside the registry.</param>
    public string DeletionAdvice(string repository)
    {
        string page = TagsPage.Replace(RepositoryMark, repository, StringComparison.Ordinal);
        return TagAddress is null
            ? $"open {page} and delete them there"
            : $"{Title} deletes tags on its own site only: open {page}, or send DELETE "
                + $"{TagAddress.Replace(RepositoryMark, repository, StringComparison.Ordinal)} for each";
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
