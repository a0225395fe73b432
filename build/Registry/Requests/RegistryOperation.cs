namespace Slipway.Registry;

/// <summary>What is done where, as errors name it: <c>quay.io/poseidon/kubelet: PUT manifest v1.36.4</c>.</summary>
/// <param name="Registry">As references write it.</param>
/// <param name="RepositoryName">Inside the registry, as references write it; null when it is about the registry itself.</param>
/// <param name="Name">What is done, <c>PUT manifest v1.36.4</c>.</param>
internal sealed record RegistryOperation(string Registry, string? RepositoryName, string Name)
{
    /// <summary>Registry and repository.</summary>
    public string Place => RepositoryName is null ? Registry : $"{Registry}/{RepositoryName}";
}
