using System.Collections.Immutable;
using System.Net.Sockets;
using Slipway.Definitions;
using Slipway.Git;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>The checks of a release: keys, commit, what was withdrawn, rights.</summary>
internal sealed class ReleaseChecks(string repository, RequestedTags asked, RegistryClient client)
{
    private const string Checkout = "this checkout";

    private GitRepository Git => new(repository, asked);

    /// <summary>Which way the images are built.</summary>
    public BuildMethod Way { get; init; }

    /// <summary>No private key lies in the work tree.</summary>
    public static PreflightCheck Keys(string repository) => PreflightCheck.Of(Checkout, "private keys", async cancellationToken =>
        {
            ImmutableArray<FoundKey> found = await WorkTreeKeys.FindAsync(new GitRepository(repository), cancellationToken);
            if (found.IsEmpty)
                return DoctorLine.Ok(Checkout, "private keys", "none found");
            string path = Printable.Of(found[0].Path),
                home = "~/.config/slipway/";
            string others =
                found.Length > 1
                    ? $" (and {found.Length - 1} more: {string.Join(", ", found.Skip(1).Take(4).Select(key => Printable.Of(key.Path)))})"
                    : "";
            string move =
                $"mkdir -p -m 700 {home} && {(found[0].IsTracked ? $"git rm --cached -- {ShellWord.Of(path)} && " : "")}mv "
                + $"-- {ShellWord.Of(path)} {home}";
            throw new ReleaseException(
                $"{path}{others}: {found[0].Kind} is in the "
                    + $"checkout{(found[0].IsTracked ? " and is tracked, so every clone has it: make a new key" : ", where a commit or an archive can include it")}; "
                    + $"nothing was signed or sent. Run {move}, and name it from there"
            );
        });

    /// <summary>Whoever signs can, and it is known where this runs.</summary>
    public static PreflightCheck Signer(SignerChoice signers) => PreflightCheck.Of(Checkout, "signer", async cancellationToken =>
        {
            _ = Builder.Of(signers.Environment);
            ISigner signer = await signers.OpenAsync(cancellationToken);
            using IDisposable? held = signer as IDisposable;
            return DoctorLine.Ok(Checkout, "signer", $"signs as {signer.Trusted.Name}");
        });

    /// <summary>It is known whom to believe when what was sent is read back.</summary>
    public static PreflightCheck Trusted(SignerChoice signers) =>
        PreflightCheck.Of(Checkout, "signer", async cancellationToken =>
            DoctorLine.Ok(Checkout, "signer", $"believes {(await signers.TrustedAsync(cancellationToken)).Name}")
        );

    /// <summary>Git can be asked, and one tag fits.</summary>
    public PreflightCheck Commit(ImageDefinition definition) => PreflightCheck.Of(definition.Name, "commit", async cancellationToken =>
        {
            GitState git = await Git.ReadAsync(definition.Name, cancellationToken);
            return DoctorLine.Ok(definition.Name, "commit", $"{git.ShortCommit}{(git.IsDirty ? ", with uncommitted changes" : "")}");
        });

    /// <summary>The commit can be published under its tag there.</summary>
    public PreflightCheck Publishable(ImageDefinition definition, IReadOnlyList<Reference> destinations) =>
        PreflightCheck.Of(definition.Name, "commit", async cancellationToken =>
        {
            (GitState git, TagPlan tags) = await TagsAsync(definition, definition.Platforms, cancellationToken);
            if (tags.RehearsalOnly is null)
                return DoctorLine.Ok(definition.Name, "commit", $"{git.ShortCommit} is clean; it would be released as {tags.Release}");
            return await AreRehearsalsAsync(destinations, cancellationToken)
                ? DoctorLine.Ok(definition.Name, "commit", $"{git.ShortCommit} goes to a rehearsal's registries as {tags.Release}")
                : throw new ReleaseException($"{definition.Name}: {git.ShortCommit} can be rehearsed only: {tags.RehearsalOnly}");
        });

    /// <summary>Nobody took the release back.</summary>
    public PreflightCheck NotWithdrawn(ImageDefinition definition, ReleaseRecords records) =>
        PreflightCheck.Of(definition.Name, "withdrawn", async cancellationToken =>
        {
            WithdrawalRecord record = await records.AllWithdrawnAsync(definition.Name, cancellationToken);
            if (record.Entries.IsEmpty)
                return DoctorLine.Unknown(
                    definition.Name,
                    "withdrawn",
                    "no record of a withdrawal was found; registries keep none",
                    "give --records DIR to read records of another place"
                );
            (_, TagPlan tags) = await TagsAsync(definition, definition.Platforms, cancellationToken);
            record.RequireNotWithdrawn(tags.Release, null);
            return DoctorLine.Ok(definition.Name, "withdrawn", $"{tags.Release} is not among the {record.Entries.Length} that were");
        });

    /// <summary>
    /// The registry is there and takes what is missing. Where every tag stands nothing is to be sent, so no right is asked for.
    /// </summary>
    public PreflightCheck Rights(ImageDefinition definition, Reference destination, ImmutableArray<Platform> platforms) =>
        PreflightCheck.Of(destination.Name, "push", async cancellationToken =>
        {
            try
            {
                Repository site = client.Repository(destination);
                await site.Probe().ReachAsync(cancellationToken);
                (_, TagPlan tags) = await TagsAsync(definition, platforms, cancellationToken);
                if (await StandAsync(site, tags, cancellationToken))
                    return DoctorLine.Ok(destination.Name, "push", $"not needed: every tag of {tags.Release} exists");
                await site.Probe().RequirePushAsync(cancellationToken);
                return DoctorLine.Ok(destination.Name, "push", "allowed: an upload was started and cancelled");
            }
            catch (RemoteException e) when (e.Fault == RemoteFault.TryAgain && !IsUnreachable(e))
            {
                return DoctorLine.Unknown(destination.Name, "push", e.Message, "");
            }
            catch (ReleaseException)
            {
                return DoctorLine.Unknown(destination.Name, "push", "not checked, because the commit cannot be released", "");
            }
        });

    private async Task<(GitState Git, TagPlan Tags)> TagsAsync(
        ImageDefinition definition,
        ImmutableArray<Platform> platforms,
        CancellationToken cancellationToken
    )
    {
        GitState git = await Git.ReadAsync(definition.Name, cancellationToken);
        return (git, TagPlan.For(definition.Name, definition.Version, git, platforms, Way));
    }

    private static async Task<bool> StandAsync(Repository site, TagPlan tags, CancellationToken cancellationToken)
    {
        foreach (PlannedTag tag in tags.Tags.Where(tag => !tag.Moves))
        {
            if (await site.ResolveAsync(tag.Name, cancellationToken) is null)
                return false;
        }

        return true;
    }

    /// <summary>One that cannot be asked is none.</summary>
    private async Task<bool> AreRehearsalsAsync(IReadOnlyList<Reference> destinations, CancellationToken cancellationToken)
    {
        try
        {
            return destinations.Count > 0
                && (
                    await Task.WhenAll(
                        destinations.Select(destination => client.Repository(destination).AnnouncesRehearsalAsync(cancellationToken))
                    )
                ).All(rehearsal => rehearsal);
        }
        catch (RemoteException)
        {
            return false;
        }
    }

    /// <summary>A host that has no address or takes no connection is not waited for; one that is busy is, later and longer.</summary>
    private static bool IsUnreachable(Exception e) => e is SocketException || (e.InnerException is { } inner && IsUnreachable(inner));
}
