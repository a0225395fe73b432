using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Definitions;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>Looking after what was published: compare it, take it back, copy it.</summary>
internal sealed partial class Build
{
    [Parameter("Withdraw: take the tags off without asking")]
    private readonly bool Yes;

    [Parameter("Drift, Withdraw, Publish: folder of release.json files, at any depth; default: artifacts/NAME/release.json")]
    private readonly AbsolutePath? Records;

    [Parameter("Drift, Mirror: only tags of this pattern, as v1.36.*", Name = "Tags")]
    private readonly string? TagPattern;

    [Parameter("Withdraw: the release's tag, as v1.36.4; Preview: show what would be withdrawn", Name = "Release")]
    private readonly string? WithdrawnRelease;

    [Parameter("Withdraw: why, in one line")]
    private readonly string? Reason;

    [Parameter(
        "Mirror: the repository to copy --reference to, as docker.io/psdn/kubelet; Save: the file to write; Update: upstream's version"
    )]
    private readonly string? To;

    private Target Drift =>
        _ =>
            _.Description("Compare the registries with each other and with records: moved and missing tags, lost content and signatures")
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
                        report.Line(
                            $"{definition.Name}: "
                                + $"asking {string.Join(" and ", request.Destinations.Select(destination => destination.Name))}; {request.Records.Length} {(request.Records.Length == 1 ? "record" : "records")}"
                        );
                        reports.Add(
                            await new Release.Drift(
                                Connect(transport),
                                signer is null ? null : PolicyOf(signer, definition) with { NotOlderThan = null }
                            ).CompareAsync(request, Stop)
                        );
                    }

                    if (Json)
                        report.Result(DriftView.Json(reports));
                    else
                        DriftView.Show(report, reports);
                    DriftView.RequireNone(reports);
                });

    private Target Withdraw =>
        _ =>
            _.Description("Take the tags of --release off every registry, never its content, and record --reason")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    if (Images.Length == 0 || WithdrawnRelease is null || string.IsNullOrWhiteSpace(Reason) || Reason.Any(char.IsControl))
                        throw new TargetFailedException("Withdraw: wanted --images NAME --release vX.Y.Z --reason \"…\"", Exit.WrongUse);
                    RequireReleaseOfIndex(WithdrawnRelease);
                    if (!Yes && !CanAsk)
                        throw new TargetFailedException(
                            "Withdraw takes tags off registries and cannot ask here, for this is no terminal; nothing was done. "
                                + "Give --yes, or see what it would take: Preview --images NAME --release vX.Y.Z",
                            Exit.WrongUse
                        );
                    using HttpTransport transport = NewTransport(report);
                    WithdrawalRun run = NewWithdrawal(transport, report);
                    List<WithdrawalPlan> plans = [];
                    foreach (ImageDefinition definition in Definitions())
                        plans.Add(await run.PlanAsync(definition, WithdrawnRelease, Reason, Stop));
                    WithdrawalView.Log(report, plans);
                    RequireAgreement(plans);
                    List<WithdrawalOutcome> outcomes = [];
                    foreach (WithdrawalPlan plan in plans)
                        outcomes.Add(await run.CarryOutAsync(plan, Stop));
                    if (Json)
                        report.Result(WithdrawalView.Json(outcomes));
                    else
                        WithdrawalView.Show(report, outcomes);
                    WithdrawalView.RequireGone(outcomes);
                });

    private static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    private WithdrawalRun NewWithdrawal(HttpTransport transport, Report report) =>
        new(new Withdrawal(Connect(transport), report.Line), new ReleaseRecords(Workspace, Records), TimeProvider.System);

    private static void RequireReleaseOfIndex(string release)
    {
        if (!TagStyles.IsReleaseOfIndex(release))
            throw new TargetFailedException(
                $"--release {release}: wanted a release as v1.36.4, v1.36.4-r1 or v1.36.4-2-g23228e6, without platform",
                Exit.WrongUse
            );
    }

    /// <summary>The plan of a withdrawal, which nobody carries out: registries are read, and not asked what they would delete.</summary>
    private async Task PreviewWithdrawalAsync(Report report)
    {
        if (Images.Length == 0)
            throw new TargetFailedException("Preview --release: wanted --images NAME", Exit.WrongUse);
        RequireReleaseOfIndex(WithdrawnRelease!);
        using HttpTransport transport = NewTransport(report);
        WithdrawalRun run = NewWithdrawal(transport, report);
        List<WithdrawalPlan> plans = [];
        foreach (ImageDefinition definition in Definitions())
            plans.Add(await run.SurveyAsync(definition, WithdrawnRelease!, Stop));
        if (Json)
            report.Result(WithdrawalView.PreviewJson(plans));
        else
            WithdrawalView.Preview(report, plans);
    }

    /// <summary>A person has seen the plan and says yes, or a script said so beforehand.</summary>
    /// <exception cref="TargetFailedException">The person did not.</exception>
    private void RequireAgreement(IReadOnlyList<WithdrawalPlan> plans)
    {
        int tags = plans
            .SelectMany(plan => plan.Destinations)
            .Where(destination => !destination.IsByHand)
            .Sum(destination => destination.Tags.Length);
        if (Yes || tags == 0)
            return;
        Console.Error.Write($"Take these {tags} tags off? Type yes: ");
        if (Console.ReadLine()?.Trim() is not "yes")
            throw new TargetFailedException("Withdraw: the answer was not yes; nothing was done", Exit.WrongUse);
    }

    private Target Mirror =>
        _ =>
            _.Description("Copy the verified release --reference with its signatures and attestations to the repository --to, tags last")
                .Executes(async () =>
                {
                    Report report = Report.ToConsole();
                    (MirrorRequest request, ImageDefinition? definition) = NewMirrorRequest();
                    ReleasePolicy policy = PolicyOf(await Signers.TrustedAsync(Stop), definition);
                    await RequireNotWithdrawnAsync(request.Image, request.Source.Tag ?? "", request.Source.Digest);
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
        Reference source = Given(() => Oci.Reference.Parse(Reference)),
            destination = Given(() => Oci.Reference.Parse(To));
        if (source is { Tag: null, Digest: null })
            throw new TargetFailedException($"--reference {source}: wanted a tag or a digest", Exit.WrongUse);
        if (destination.Tag is not null || destination.Digest is not null || destination.IsSamePlaceAs(source))
            throw new TargetFailedException($"--to {destination}: wanted another repository, without tag", Exit.WrongUse);
        (ImageDefinition? image, Reference official) = Officials.Of(source);
        ImageDefinition? other = DefinitionWith(destination);
        if (other is not null && other.Name != image?.Name)
            throw new TargetFailedException($"--to {destination}: it is the repository of {other.Name}", Exit.WrongUse);
        MirrorRequest request = new()
        {
            Image = image?.Name ?? official.Repository,
            Source = source,
            Official = official,
            Destination = destination,
            Wanted = Given(() => TagFilter.Parse(TagPattern)),
        };
        return (request, image);
    }
}
