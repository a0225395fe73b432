using System.Collections.Immutable;
using Slipway.Fetching;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>
/// Judges the signatures of the upstream files whose definition says who signs them. The others are not asked about, and nothing is claimed
/// of them.
/// </summary>
/// <param name="published">Reads the signatures.</param>
/// <param name="cache">Has the files.</param>
/// <param name="transparencyLog">Is asked about what holds by itself.</param>
/// <param name="log">Is told of every finding, and why it is no better.</param>
public sealed class UpstreamSignatures(PublishedSignature published, ContentCache cache, ISignatureLog transparencyLog, Action<string> log)
{
    /// <summary>Whether a new lock may have files whose signature is missing or wrong; it says so then.</summary>
    public bool AcceptUnsignedUnsafe { get; init; }

    /// <summary>Fills the signatures of a new lock in. A file that could not be had was not asked about, which is told.</summary>
    /// <exception cref="ContentException">A signature is missing or wrong, and that is not accepted.</exception>
    /// <exception cref="RemoteException">A signature cannot be had for another reason.</exception>
    public async Task<ImageLock> JudgeAsync(ImageDefinition definition, ImageLock imageLock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        var files = ImmutableArray.CreateBuilder<LockedUpstream>();
        foreach (LockedUpstream file in imageLock.Upstream)
        {
            LockedSignature? signature = null;
            if (SignerOf(definition, file) is { } signer)
            {
                bool had = file.Files.Values.All(locked => cache.Find(locked.Digest, locked.Size) is not null);
                if (had)
                    signature = await EstablishAsync(definition, file, file.Files.Keys, AcceptUnsignedUnsafe, cancellationToken);
                log(
                    $"{definition.Name}: {file.Name} {file.Version}: "
                        + $"signature {signature?.ToString() ?? "not checked: the file was not downloaded"}"
                );
            }

            files.Add(file with { Signature = signature });
        }

        return imageLock with
        {
            Upstream = files.ToImmutable(),
        };
    }

    /// <summary>Checks again what a lock names, from the files in the cache; nothing may be worse than the lock says.</summary>
    /// <param name="architectures">Those whose files are there.</param>
    /// <exception cref="ContentException">A signature is missing or wrong where the lock does not say that this was accepted.</exception>
    /// <exception cref="RemoteException">A signature cannot be had for another reason, or the log not be asked.</exception>
    public async Task RequireAsync(
        ImageDefinition definition,
        ImageLock imageLock,
        IReadOnlyCollection<string> architectures,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(definition);
        ArgumentNullException.ThrowIfNull(imageLock);
        foreach (LockedUpstream file in imageLock.Upstream)
        {
            string what = $"{definition.Name}: {file.Name} {file.Version}: signature";
            if (SignerOf(definition, file) is not { } signer)
            {
                log($"{what} not checked: {ImageDefinition.FileName} names no signer");
                continue;
            }

            bool accepted = file.Signature?.State == SignatureState.AcceptedUnsigned;
            LockedSignature now = await EstablishAsync(definition, file, architectures, accepted, cancellationToken);
            log($"{what} {now}; the lock says {file.Signature?.Word ?? "nothing"}");
            // What is wrong or missing was refused above; all that is left to be worse by is a log that was not asked.
            if (file.Signature is { } locked && now.State < locked.State)
                throw new RemoteException(
                    RemoteFault.TryAgain,
                    $"{what}: the lock says {locked.Word}, but the transparency log could not be queried again. The lines above say "
                        + "why; run the same command where the log can be reached"
                );
        }
    }

    private static UpstreamSigner? SignerOf(ImageDefinition definition, LockedUpstream file) =>
        definition.Upstream.Single(upstream => upstream.Name == file.Name).Signer;

    /// <summary>The worst over some architectures.</summary>
    private async Task<LockedSignature> EstablishAsync(
        ImageDefinition definition,
        LockedUpstream file,
        IEnumerable<string> architectures,
        bool accepts,
        CancellationToken cancellationToken
    )
    {
        UpstreamSigner signer = SignerOf(definition, file) ?? throw new ArgumentException($"{file.Name} has no signer", nameof(file));
        LockedSignature? worst = null;
        foreach (string architecture in architectures)
        {
            LockedFile locked = file.Files[architecture];
            string what = $"{definition.Name} {architecture}: {file.Name} {file.Version}";
            NextCommand lockUnsigned = new("Lock") { Image = definition.Name, Options = [LockedSignature.ByCommandLine] };
            string next = $"Find out why; to accept the file by its checksum alone, run {lockUnsigned}";
            LockedSignature one;
            try
            {
                one = await EstablishAsync(locked, signer, what, cancellationToken);
            }
            catch (RemoteException e) when (e.Fault == RemoteFault.NotFound)
            {
                one = accepts
                    ? LockedSignature.Accepted(signer, LockedSignature.Missing)
                    : throw new ContentException($"{e.Message}. {next}", e);
                log($"{e.Message}; accepted unsigned");
            }
            catch (ContentException e)
            {
                one = accepts
                    ? LockedSignature.Accepted(signer, LockedSignature.Wrong)
                    : throw new ContentException($"{e.Message}. {next}", e);
                log($"{e.Message}; accepted unsigned");
            }

            worst = worst is null || one.State < worst.State ? one : worst;
        }

        return worst ?? throw new ArgumentException($"{file.Name}: no architecture was given", nameof(architectures));
    }

    private async Task<LockedSignature> EstablishAsync(
        LockedFile locked,
        UpstreamSigner signer,
        string what,
        CancellationToken cancellationToken
    )
    {
        string path = cache.Find(locked.Digest, locked.Size) ?? throw new InvalidOperationException($"{what}: not in the cache");
        FileSignature signature = await published.ReadAsync(new Uri(locked.Location), what, cancellationToken);
        try
        {
            await signature.RequireAsync(signer, path, cancellationToken);
        }
        catch (ContentException e)
        {
            throw new ContentException($"{what}: {e.Message}", e);
        }

        LogResponse answer = await transparencyLog.AskAsync(signature, signer, path, cancellationToken);
        if (answer.Verdict == LogVerdict.Refused)
            throw new ContentException($"{what}: {answer.Reason}");
        if (answer.Verdict == LogVerdict.Verified)
            return new LockedSignature(SignatureState.Verified, LockedSignature.ByLog, signer);
        log(
            $"{what}: signed by the key of a certificate for {signer.Identity}; the transparency log was not queried, so when it was used "
                + $"is not proven: {answer.Reason}"
        );
        return new LockedSignature(SignatureState.UnverifiedNoLog, LockedSignature.ByCertificate, signer);
    }
}
