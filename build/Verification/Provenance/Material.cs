using Slipway.Oci;

namespace Slipway.Verification;

/// <summary>What a lock says of the signature of an upstream file, in the lock's own words.</summary>
/// <param name="State"><c>verified</c>, <c>unverified-no-log</c> or <c>accepted-unsigned</c>.</param>
/// <param name="By">By what it was established.</param>
/// <param name="Problem">What is wrong with what was accepted unsigned; null otherwise.</param>
public sealed record SignatureFinding(string State, string By, string? Problem);

/// <summary>A file that an image is made from, as its lock names it.</summary>
/// <param name="Name">For people: a package's path below a Debian mirror, an upstream file's name.</param>
/// <param name="Address">A package URL (purl specification, type <c>deb</c>), or the https address of an upstream file.</param>
/// <param name="Digest">Of the file's bytes.</param>
public sealed record Material(string Name, string Address, Digest Digest)
{
    /// <summary>What the lock says of its own project's signature; null when it says nothing.</summary>
    public SignatureFinding? Signature { get; init; }
}
