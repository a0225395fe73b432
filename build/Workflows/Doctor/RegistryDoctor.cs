using System.Collections.Immutable;
using System.Globalization;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Verification;

namespace Slipway.Workflows;

/// <summary>Looks at one repository of a registry before anything is sent there, and leaves nothing.</summary>
internal sealed class RegistryDoctor(RegistryClient client, Reference reference)
{
    private readonly Repository _repository = client.Repository(reference);
    private readonly RegistryProbe _probe = client.Repository(reference).Probe();
    private readonly List<DoctorLine> _lines = [];

    /// <summary>The lines about it. Of one that does not answer, nothing more is asked.</summary>
    public async Task<IReadOnlyList<DoctorLine>> LookAsync(CancellationToken cancellationToken)
    {
        await CheckAsync("reachable", async () =>
        {
            await _probe.ReachAsync(cancellationToken);
            return Ok("reachable", _probe.Address.Scheme == "https" ? $"{_probe.Address}, TLS" : $"{_probe.Address}, this machine, no TLS");
        });
        if (_lines[0].Verdict == Verdict.Failed)
            return _lines;
        await CheckAsync("identity", () => IdentityAsync(cancellationToken));
        await CheckAsync("push", async () =>
        {
            await _probe.RequirePushAsync(cancellationToken);
            return Ok("push", "allowed: an upload was started and cancelled");
        });
        ImmutableArray<string>? tags = null;
        await CheckAsync("repository", async () =>
        {
            tags = await _repository.TagsAsync(cancellationToken);
            return tags is { } known
                ? Ok("repository", $"{known.Length} tags")
                : DoctorLine.Hint(
                    reference.Name,
                    "repository",
                    "does not exist yet",
                    "the first push creates it, where the registry allows that"
                );
        });
        await ContentAsync(tags ?? [], cancellationToken);
        return _lines;
    }

    /// <summary>What is there already tells what the registry takes; what cannot be told without writing is not guessed.</summary>
    private async Task ContentAsync(ImmutableArray<string> tags, CancellationToken cancellationToken)
    {
        string? tag = tags.FirstOrDefault(TagStyles.IsReleaseOfIndex) ?? tags.FirstOrDefault();
        Descriptor? known = null;
        await CheckAsync("index", async () =>
        {
            known = tag is null ? null : await _repository.ResolveAsync(tag, cancellationToken);
            return known?.MediaType == MediaType.Index
                ? Ok("index", $"accepted: {tag} is one")
                : DoctorLine.Unknown(reference.Name, "index", "not known before a push");
        });
        await CheckAsync("referrers", async () => await _probe.ReferrersAsync(known?.Digest, cancellationToken) switch
            {
                ReferrersSupport.Api => Ok("referrers", "by the API, so artifact types are accepted"),
                ReferrersSupport.Tag => DoctorLine.Unknown(
                    reference.Name,
                    "referrers",
                    "no API: by the tag beside each manifest; artifact types are not known before a push"
                ),
                _ => DoctorLine.Unknown(reference.Name, "referrers", "not known before a push"),
            });
        await CheckAsync("rate limit", async () => Judge(tag is null ? null : await _probe.RateLimitAsync(tag, cancellationToken)));
    }

    private async Task<DoctorLine> IdentityAsync(CancellationToken cancellationToken) =>
        await client.CredentialAsync(reference, cancellationToken) is { } credential
            ? credential.IsIdentityToken
                ? DoctorLine.Unknown(reference.Name, "identity", $"that of the {credential}")
                : Ok("identity", $"{credential.User}, from {credential.Origin}")
            : DoctorLine.Hint(
                reference.Name,
                "identity",
                "anonymous: no credentials were found",
                "set the registry's variables or run docker login, unless anonymous pushes are allowed"
            );

    private DoctorLine Judge(RateLimit? limit)
    {
        if (limit is null)
            return DoctorLine.Unknown(reference.Name, "rate limit", "none reported");
        string window = limit.Window is { } length ? string.Create(CultureInfo.InvariantCulture, $" in {length.TotalHours:0.#} h") : "";
        string found = $"{limit.Remaining} of {limit.Limit} pulls left{window}";
        return limit.Remaining == 0
                ? DoctorLine.Failed(
                    reference.Name,
                    "rate limit",
                    found,
                    "wait, or log in to an account with a higher limit",
                    FailureKind.TryAgain
                )
            : limit.Remaining < limit.Limit / 10 ? DoctorLine.Hint(reference.Name, "rate limit", found, "a release needs some dozen pulls")
            : Ok("rate limit", found);
    }

    private async Task CheckAsync(string check, Func<Task<DoctorLine>> look)
    {
        try
        {
            _lines.Add(await look());
        }
        catch (Exception e) when (e is RemoteException or ContentException)
        {
            _lines.Add(DoctorLine.Failed(reference.Name, check, e));
        }
    }

    private DoctorLine Ok(string check, string found) => DoctorLine.Ok(reference.Name, check, found);
}
