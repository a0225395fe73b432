using Slipway.Http;
using Slipway.Oci;
using Slipway.StandIns;

namespace Slipway.Registry.Tests;

/// <summary>A registry as a function, for answers that no sound one gives, and a client of it.</summary>
public sealed class RegistryHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : FakeHttpHandler(answer)
{
    public static readonly Credential Robot = new("robot", "s3cret", "a test");

    public RealmPolicy Realms { get; init; } = RealmPolicy.Default;

    public List<string> Notices { get; } = [];

    public Repository Repository(string name = "quay.io/a/b", string? map = null, Credential? credential = null, TimeProvider? time = null)
    {
        Reference reference = Reference.Parse(name);
        HttpTransport transport = new(this, ClientFixture.Impatient, TimeProvider.System, Notices.Add);
        Credentials credentials = Credentials.Of([KeyValuePair.Create(reference.Host, credential ?? Robot)]);
        RegistryMap registries = map is null ? RegistryMap.Default : RegistryMap.Parse([$"{reference.Host}={map}"]);
        return new RegistryClient(transport, credentials, registries, time ?? TimeProvider.System) { Realms = Realms }.Repository(
            reference
        );
    }

    public static HttpResponseMessage Answer(int status, string body = "", params (string Name, string Value)[] headers)
    {
        StringContent content = new(body);
        content.Headers.ContentType = null;
        return Answer(status, content, headers);
    }
}
