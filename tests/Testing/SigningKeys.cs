using System.Security.Cryptography;

namespace Slipway.Testing;

/// <summary>A pair of ECDSA P-256 keys in PEM files of a test.</summary>
/// <param name="Private">The file of the private key, PKCS#8, not encrypted.</param>
/// <param name="Public">The file of the public key.</param>
public sealed record SigningKeys(string Private, string Public)
{
    /// <summary>Makes a pair as <c>FOLDER/NAME.pem</c> and <c>FOLDER/NAME.pub</c>.</summary>
    public static SigningKeys Create(string folder, string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SigningKeys made = new(Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".pub"));
        File.WriteAllText(made.Private, key.ExportPkcs8PrivateKeyPem() + "\n");
        File.WriteAllText(made.Public, key.ExportSubjectPublicKeyInfoPem() + "\n");
        return made;
    }
}
