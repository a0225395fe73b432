using System.Text;

namespace Slipway.Tuf.Tests;

/// <summary>Keys that all tests share: making one of RSA takes long.</summary>
internal static class TestKeys
{
    public static TestKey RootOne { get; } = TestKey.Ecdsa();

    public static TestKey RootTwo { get; } = TestKey.Edwards();

    public static TestKey RootThree { get; } = TestKey.Rsa();

    public static TestKey Online { get; } = TestKey.Edwards();

    public static TestKey Stranger { get; } = TestKey.Edwards();

    public static TestKey Other { get; } = TestKey.Ecdsa();

    /// <summary>A trusted root as Sigstore's files are, with a mark.</summary>
    public static byte[] TrustedRoot(string mark) =>
        Encoding.UTF8.GetBytes(
            $$"""
            {
              "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
              "tlogs": [{ "baseUrl": "https://{{mark}}.test", "publicKey": { "validFor": { "start": "2021-01-12T11:53:27Z" } } }],
              "certificateAuthorities": [{ "uri": "https://ca.test", "validFor": { "start": "2021-03-07T03:20:29Z", "end": "2022-12-31T23:59:59.999Z" } }]
            }
            """
        );
}
