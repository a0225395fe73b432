using Nuke.Common;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>Where what goes in comes from.</summary>
internal sealed partial class Build
{
    [Parameter("Folder or URL to read https://HOST/PATH from, as HOST/PATH")]
    private readonly string? UpstreamMirror;

    [Parameter("Parent of debian/ and debian-security/; default: the host's apt configuration, else Debian's snapshot archive")]
    private readonly string? DebianMirror;

    [Parameter("Fetch, Assemble, Rehearse: use only the cache, and name what it lacks")]
    private readonly bool Offline;

    [Parameter("Lock, Update: accept upstream files with a missing or wrong signature by their checksums alone, and record that")]
    private readonly bool AcceptUnsignedUpstreamUnsafe;

    private SourceFetcher NewSources(Report report) =>
        ParseArgument(() =>
            new SourceFetcher(
                Workspace,
                new SourceOptions
                {
                    UpstreamMirror = UpstreamMirror,
                    DebianMirror = DebianMirror,
                    IsOffline = Offline,
                    RetryPolicy = ClientRetryPolicy,
                    ReadTrustedRoot = Sigstore.ReadRootAsync,
                },
                report.Line,
                TimeProvider.System
            )
        );
}
