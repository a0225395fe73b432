using Slipway.Http;
using Slipway.Oci;
using Slipway.Registry;
using Slipway.Reporting;
using Slipway.Sigstore;
using Slipway.Trust;
using Slipway.Tuf;
using Slipway.Verification;

namespace Slipway.SlipwayVerify;

/// <summary>One verification, from what was asked for to what is told.</summary>
/// <param name="environment">Reads a variable; null when it is not set.</param>
/// <param name="report">Log and results.</param>
internal sealed class VerifyRun(VerifyOptions options, Func<string, string?> environment, Report report)
{
    /// <summary>Tells the verdict, and passes when all that was asked for is so.</summary>
    /// <exception cref="ContentException">It is not; names the first failure.</exception>
    /// <exception cref="WrongUseException">What was asked for cannot be.</exception>
    /// <exception cref="RemoteException">The registry could not be read.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LocalReference? local = Argument.Parse(() => LocalReference.Parse(options.Reference));
        RequireSense(local);
        SummaryFile? summary = options.Summary is null ? null : SummaryFile.Prepare(options.Summary);
        using TemporaryFolder scratch = new();
        PolicyFile? file = options.Policy is null ? null : ReadPolicy(options.Policy);
        SigstoreInstance instance = await InstanceAsync(file, local, scratch, cancellationToken);
        file = file?.By(instance);
        ReleaseSigners? signers = file is null ? await SignersAsync(instance, cancellationToken) : null;
        PolicyChoice policies = Policies(scratch);
        OfficialChoice officials = new(
            file is null ? [] : [file.Known],
            [],
            options.Official is null ? null : Argument.Parse(() => Argument.OfficialRepository(options.Official))
        );
        ReleasePolicy? asked = null;
        ReferenceVerifier verifier = new(
            officials,
            image => asked = file is null ? policies.Of(signers!, image) : policies.Of(file, scratch.Path),
            report.Line
        )
        {
            Parameter = "",
        };
        (ReleaseVerdict verdict, Reference repository) = local is not null
            ? await verifier.FilesAsync(local, options.Trust, local.IsArchive ? scratch.Path : "", cancellationToken)
            : await RegistryAsync(verifier, cancellationToken);
        Tell(verdict, repository);
        if (summary is not null)
            await summary.WriteAsync(Summary(verdict, asked!, repository, isRemote: local is null).ToStatement(), cancellationToken);
        verdict.RequirePassed();
    }

    private void RequireSense(LocalReference? local)
    {
        if (options.Digest && options.Json)
            throw new WrongUseException("--digest prints nothing else, so --json does not go with it");
        if (options.Trust is not null && local is null)
            throw new WrongUseException("--trust: wanted a folder or an archive; what a registry has is verified with what it has");
        if (options.AllRegistries && (options.Policy is null || local is not null))
            throw new WrongUseException(
                "--all-registries: wanted --policy FILE, which names the registries, and a reference in one of them"
            );
    }

    private static VerificationSummary Summary(ReleaseVerdict verdict, ReleasePolicy policy, Reference repository, bool isRemote) =>
        new()
        {
            Verdict = verdict,
            Policy = policy,
            Repository = repository,
            IsRemote = isRemote,
            Verifier = new VerifyingProgram(
                "slipway-verify",
                typeof(VerifyRun).Assembly.GetName().Version!.ToString(3),
                TimeProvider.System
            ),
        };

    private async Task<(ReleaseVerdict Verdict, Reference Repository)> RegistryAsync(
        ReferenceVerifier verifier,
        CancellationToken cancellationToken
    )
    {
        Reference reference = Argument.Parse(() => Reference.Parse(options.Reference));
        RegistryMap map = Argument.Parse(() => RegistryMap.Parse(options.RegistryMap));
        RealmPolicy realms = Argument.Parse(() => RealmPolicy.Parse(options.TokenRealm));
        TrustMap trust = Argument.Parse(() => TrustMap.Read(options.RegistryCa, [], map.AddressOf, () => null));
        using HttpTransport transport = new(trust.NewHandler(), new RetryPolicy(), TimeProvider.System, report.Line);
        RegistryClient client = new(transport, Credentials.From(environment), map, TimeProvider.System) { Realms = realms };
        return (await verifier.RegistryAsync(reference, options.AllRegistries, client.Repository, cancellationToken), reference);
    }

    private PolicyFile ReadPolicy(string path)
    {
        if ((options.Key ?? options.Identity ?? options.Issuer) is not null || !options.ReproducedBy.IsEmpty)
            throw new WrongUseException(
                "--policy says who must have signed and rebuilt it, so --key, --identity, --issuer and --reproduced-by do not go with it"
            );
        return PolicyFile.Read(path, new SigstoreInstance());
    }

    /// <summary>By which identities are believed: by the trusted root whose digest was named, if one was.</summary>
    private async Task<SigstoreInstance> InstanceAsync(
        PolicyFile? file,
        LocalReference? local,
        TemporaryFolder scratch,
        CancellationToken cancellationToken
    )
    {
        SigstoreInstance given = new() { TrustedRoot = options.TrustedRoot, ReadPublicRoot = PublicRootAsync };
        Digest? wanted = CarriedRoot.Named(options.TrustedRootDigest, file);
        return wanted is null ? given : await CarriedRoot.ChooseAsync(wanted, local, given, () => scratch.Path, cancellationToken);
    }

    /// <summary>
    /// The public instance's, as <c>TrustRoot --refresh</c> last brought it to this machine, or as it came with this program. Asks nobody.
    /// </summary>
    private async Task<ReadOnlyMemory<byte>> PublicRootAsync(CancellationToken cancellationToken) =>
        SigstoreRoots.SharedFolder(environment) is { } folder
            ? (await new SigstoreRoots(folder, TimeProvider.System).CurrentAsync(cancellationToken)).Content
            : TrustedRoot.PublicGood();

    private Task<ReleaseSigners> SignersAsync(SigstoreInstance instance, CancellationToken cancellationToken)
    {
        if ((options.Key ?? options.Identity ?? options.Issuer) is null)
            throw new SigningKeyException(
                "no public key or identity was given. Give --key FILE, --identity and --issuer, or --policy FILE"
            );
        SignerChoice choice = new()
        {
            PublicKey = options.Key,
            PublicKeyParameter = "--key",
            Identity = options.Identity,
            Issuer = options.Issuer,
            Instance = instance,
            // Nothing is signed here: who could sign in this surroundings is nobody to believe.
            Environment = _ => null,
        };
        return ReleaseSigners.ChooseAsync(choice, options.ReproducedBy, cancellationToken);
    }

    private PolicyChoice Policies(TemporaryFolder scratch) =>
        new()
        {
            Image = options.Image,
            Source = options.Source,
            Builder = options.Builder,
            NotOlderThan = options.NotOlderThan is null
                ? null
                : Argument.Parse(() => NotOlderThan.Parse(options.NotOlderThan, clone: null)),
            Folder = options.Deep ? scratch.Path : null,
        };

    /// <summary>Where only the digest is asked for, what is wrong goes to the log: a script takes nothing for a digest.</summary>
    private void Tell(ReleaseVerdict verdict, Reference repository)
    {
        if (options.Json)
            report.Result(VerificationView.Json(verdict));
        else if (!options.Digest)
            VerificationView.Show(report, verdict);
        else if (verdict.Passed)
            report.Result($"{repository.Name}@{verdict.Places[0].Result!.Digest}");
    }
}
