using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What of a release goes into an archive.</summary>
internal sealed partial class Build
{
    private const string DefaultLimit = "100MB";

    [Parameter("Save: also take what else refers to the image, unverified, as far as --limit allows")]
    private readonly bool AllReferrers;

    [Parameter("Save: so many bytes of --all-referrers, as 100MB or 2GiB; default: 100MB")]
    private readonly string? Limit;

    private long? MostUnverified =>
        AllReferrers ? Given(() => ByteSize.Parse(Limit ?? DefaultLimit))
        : Limit is null ? null
        : throw new TargetFailedException(
            "--limit: it bounds what --all-referrers takes; what was verified has bounds of its own",
            Exit.WrongUse
        );

    /// <summary>Writes what was verified, and tells what else is there.</summary>
    private async Task ArchiveAsync(VerificationRequest request, Judges judges, Digest root, long? mostUnverified, Report report)
    {
        ImageArchive archive = new(request, [judges.Signer, .. judges.Reproducers]) { MostUnverified = mostUnverified };
        ImmutableArray<string> leftOut = await archive.WriteAsync(To!, root, request.Wanted, Stop);
        report.Line($"{request.Content.Name}:{request.Wanted} is {root}, in {To}");
        foreach (string one in leftOut)
            report.Line($"left out: {one}");
    }
}
