using Nuke.Common;
using Slipway.Http;
using Slipway.Registry;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>How registries are reached: which, where they are, whom to trust, who we are.</summary>
internal sealed partial class Build
{
    [Parameter("Preview, Publish, Doctor: only these registries, as quay or quay.io; default: all of the image")]
    private readonly string[] Registries = [];

    [Parameter("HOST=URL: send requests for registry HOST to URL; plain http on loopback only")]
    private readonly string[] RegistryMap = [];

    [Parameter("HOST=REALM-HOST: registry HOST gets its tokens from REALM-HOST, which may see credentials")]
    private readonly string[] TokenRealm = [];

    [Parameter("[HOST=]FILE: authorities in PEM to trust beside the system's, for registry HOST or for all")]
    private readonly string[] RegistryCa = [];

    [Parameter("HOST=FILE or HOST=FILE,KEY-FILE: certificate and key in PEM to show to registry HOST")]
    private readonly string[] ClientCertificate = [];

    [Parameter("Password of an encrypted key of --client-certificate"), Secret]
    private readonly string? ClientCertificatePassword;

    private RegistryMap Map => ParseArgument(() => Registry.RegistryMap.Parse(RegistryMap));

    private RegistryClient Connect(HttpTransport transport) =>
        new(transport, Credentials.From(Environment.GetEnvironmentVariable), Map, TimeProvider.System)
        {
            Realms = ParseArgument(() => RealmPolicy.Parse(TokenRealm)),
        };

    private HttpTransport NewTransport(Report report) => NewTransport(report, ClientRetryPolicy);

    private HttpTransport NewTransport(Report report, RetryPolicy retryPolicy)
    {
        RegistryMap map = Map;
        TrustMap trust = ParseArgument(() => TrustMap.Read(RegistryCa, ClientCertificate, map.AddressOf, () => ClientCertificatePassword));
        return new HttpTransport(trust.NewHandler(), retryPolicy, TimeProvider.System, report.Line);
    }

    private RegistryChoice ChosenRegistries => new([.. Registries]);
}
