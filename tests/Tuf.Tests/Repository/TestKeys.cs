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

    /// <summary>The public instance's trusted root, with a mark.</summary>
    public static byte[] TrustedRoot(string mark) =>
        Encoding.UTF8.GetBytes(
            Encoding
                .UTF8.GetString(Sigstore.TrustedRoot.PublicGood())
                .Replace("https://rekor.sigstore.dev", $"https://{mark}.test", StringComparison.Ordinal)
        );
}
