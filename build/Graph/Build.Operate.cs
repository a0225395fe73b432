using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Sources;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Looking after what was published: compare it, take it back, copy it.</summary>
internal sealed partial class Build
{
    [Parameter("Drift, Withdraw: folder of release.json files, at any depth; default: artifacts/NAME/release.json")]
    private readonly AbsolutePath? Records;

    [Parameter("Drift, Mirror: only tags of this pattern, as v1.36.*", Name = "Tags")]
    private readonly string? TagPattern;

    [Parameter("Withdraw: the release's tag, as v1.36.4", Name = "Release")]
    private readonly string? WithdrawnRelease;

    [Parameter("Withdraw: why, in one line")]
    private readonly string? Reason;

    [Parameter("Mirror: the repository to copy --reference to, as docker.io/psdn/kubelet; Save: the file to write; Update: upstream's version")]
    private readonly string? To;

    private Target Drift => _ => _
        .Description("Compare the registries with each other and with records: moved and missing tags, lost content and signatures")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            using HttpTransport transport = NewTransport(report);
            Func<string, bool> wanted = Given(() => TagFilter.Parse(TagPattern));
            ReleaseRecords records = new(Workspace, Records);
            ITrustedSigner? signer = (PublicKey ?? (object?)Identity ?? Issuer) is null ? null : await Signers.TrustedAsync(Stop);
            List<DriftReport> reports = [];
            foreach (ImageDefinition definition in Definitions())
            {
                DriftRequest request = new()
                {
                    Image = definition.Name,
                    Destinations = [.. definition.Repositories],
                    Records = await records.OfAsync(definition.Name, Stop),
                    Withdrawals = (await records.WithdrawnAsync(definition.Name, Stop)).Entries,
                    Wanted = wanted,
                };
                report.Line($"{definition.Name}: asking {string.Join(" and ", request.Destinations.Select(destination => destination.Name))}; {request.Records.Length} {(request.Records.Length == 1 ? "record" : "records")}");
                reports.Add(await new Release.Drift(Connect(transport), signer is null ? null : PolicyOf(signer, definition) with { NotOlderThan = null }).CompareAsync(request, Stop));
            }

            if (Json)
                report.Result(DriftView.Json(reports));
            else
                DriftView.Show(report, reports);
            DriftView.RequireNone(reports);
        });

    private Target Withdraw => _ => _
        .Description("Take the tags of --release off every registry, never its content, and record --reason")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            if (Images.Length == 0 || WithdrawnRelease is null || string.IsNullOrWhiteSpace(Reason) || Reason.Any(char.IsControl))
                throw new TargetFailedException("Withdraw: wanted --images NAME --release vX.Y.Z --reason \"…\"", Exit.WrongUse);
            if (!TagStyles.IsReleaseOfIndex(WithdrawnRelease))
                throw new TargetFailedException($"--release {WithdrawnRelease}: wanted a release as v1.36.4, v1.36.4-r1 or v1.36.4-2-g23228e6, without platform", Exit.WrongUse);
            using HttpTransport transport = NewTransport(report);
            WithdrawalRun run = new(new Withdrawal(Connect(transport), report.Line), new ReleaseRecords(Workspace, Records), TimeProvider.System);
            List<WithdrawalPlan> plans = [];
            foreach (ImageDefinition definition in Definitions())
                plans.Add(await run.PlanAsync(definition, WithdrawnRelease, Reason, Stop));
            List<WithdrawalOutcome> outcomes = [];
            foreach (WithdrawalPlan plan in plans)
                outcomes.Add(await run.CarryOutAsync(plan, Stop));
            if (Json)
                report.Result(WithdrawalView.Json(outcomes));
            else
                WithdrawalView.Show(report, outcomes);
            WithdrawalView.RequireGone(outcomes);
        });

    private Target Mirror => _ => _
        .Description("Copy the verified release --reference with its signatures and attestations to the repository --to, tags last")
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            (MirrorRequest request, ImageDefinition? definition) = NewMirrorRequest();
            ReleasePolicy policy = PolicyOf(await Signers.TrustedAsync(Stop), definition);
            using HttpTransport transport = NewTransport(report);
            ReleaseRecord record = await new Release.Mirror(() => Connect(transport), policy, report.Line).CopyAsync(request, Stop);
            if (Json)
                report.Result(record.ToBytes());
            else
                report.Result(record.Reference.ToString());
        });

    private (MirrorRequest Request, ImageDefinition? Definition) NewMirrorRequest()
    {
        if (Reference is null || To is null)
            throw new TargetFailedException("Mirror: wanted --reference REPOSITORY:TAG --to REPOSITORY", Exit.WrongUse);
        Reference source = Given(() => Oci.Reference.Parse(Reference)), destination = Given(() => Oci.Reference.Parse(To));
        if (source is { Tag: null, Digest: null })
            throw new TargetFailedException($"--reference {source}: wanted a tag or a digest", Exit.WrongUse);
        if (destination.Tag is not null || destination.Digest is not null || destination.Name == source.Name)
            throw new TargetFailedException($"--to {destination}: wanted another repository, without tag", Exit.WrongUse);
        ImageDefinition? image = DefinitionWith(source), other = DefinitionWith(destination);
        if (other is not null && other.Name != image?.Name)
            throw new TargetFailedException($"--to {destination}: it is the repository of {other.Name}", Exit.WrongUse);
        MirrorRequest request = new()
        {
            Image = image?.Name ?? source.Repository,
            Source = source,
            Official = image?.Official ?? source,
            Destination = destination,
            Wanted = Given(() => TagFilter.Parse(TagPattern)),
        };
        return (request, image);
    }
}
