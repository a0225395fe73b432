using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Copies a release that verifies to another repository.</summary>
/// <param name="officials">Knows which image a reference must be.</param>
/// <param name="connect">Makes a client with no memory of earlier requests.</param>
internal sealed class MirrorWorkflow(OfficialChoice officials, Func<RegistryClient> connect, Action<string> log)
{
    /// <summary>What a release must be, of an image of ours or of one of which nothing but its repository is known (null).</summary>
    public required Func<KnownImage?, Task<ReleasePolicy>> Policy { get; init; }

    /// <summary>Fails where a release was withdrawn: image, tag (empty for none), digest.</summary>
    public required Func<string, string, Digest?, Task> RequireNotWithdrawn { get; init; }

    /// <summary>Which tags go along.</summary>
    public required Func<string, bool> Wanted { get; init; }

    /// <param name="source">With tag or digest.</param>
    /// <param name="destination">A repository.</param>
    /// <exception cref="WorkflowException">They do not go together.</exception>
    public async Task<ReleaseRecord> RunAsync(Reference source, Reference destination, CancellationToken cancellationToken)
    {
        if (source is { Tag: null, Digest: null })
            throw new WorkflowException($"--reference {source}: wanted a tag or a digest", FailureKind.WrongUse);
        if (destination.Tag is not null || destination.Digest is not null || destination.IsSamePlaceAs(source))
            throw new WorkflowException($"--to {destination}: wanted another repository, without tag", FailureKind.WrongUse);
        (KnownImage? image, Reference official) = officials.Of(source);
        if (officials.Holding(destination) is { } other && other.Name != image?.Name)
            throw new WorkflowException($"--to {destination}: it is the repository of {other.Name}", FailureKind.WrongUse);
        MirrorRequest request = new()
        {
            Image = image?.Name ?? official.Repository,
            Source = source,
            Official = official,
            Destination = destination,
            Wanted = Wanted,
        };
        ReleasePolicy policy = await Policy(image);
        await RequireNotWithdrawn(request.Image, source.Tag ?? "", source.Digest);
        return await new Mirror(connect, policy, log).CopyAsync(request, cancellationToken);
    }
}
