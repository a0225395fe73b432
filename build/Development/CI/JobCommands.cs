namespace Slipway.Development;

/// <summary>What jobs of CI servers run besides targets, and what more than one of them says.</summary>
internal static class JobCommands
{
    /// <summary>Whom Sigstore asks who a job on GitHub is.</summary>
    public const string GitHubIssuer = "https://token.actions.githubusercontent.com";

    /// <summary>
    /// Puts cosign where it is found: Debian's package of it by its hash, from Debian's archive of all packages that ever were. The program
    /// needs nothing but the C library.
    /// </summary>
    public static string InstallCosign(string folder) =>
        $"""
            deb=$(mktemp)
            curl -fsSL --retry 3 -o "$deb" {CosignPackage}
            echo "{CosignHash}  $deb" | sha256sum --check --strict
            mkdir -p "{folder}"
            dpkg-deb --fsys-tarfile "$deb" | tar -x --strip-components=3 -C "{folder}" ./usr/bin/cosign
            """;

    /// <summary>What the tests compare the product with and cannot fetch themselves.</summary>
    public const string InstallPeers = """
        sudo apt-get update -qq
        sudo apt-get install -y -qq --no-install-recommends binutils docker-registry gnupg gpgv iproute2 iptables \
          mmdebstrap openssl qemu-user-static skopeo umoci xz-utils
        """;

    private const string CosignPackage =
        "https://snapshot.debian.org/archive/debian/20261030T080801Z/pool/main/c/cosign/cosign_3.1.1-2_amd64.deb";
    private const string CosignHash = "d8622ebffce1d69197288fc030ff06a4c247af5507107f85c5a878870b686b23";

    /// <summary>
    /// Sets <c>tag</c> to the release that a job is about: the one that it runs for, else the newest before its commit. Ends the job well
    /// where there is none yet.
    /// </summary>
    /// <param name="reference">The variable with the tag that the job runs for, if it does.</param>
    public static string FindTag(string reference) =>
        $$"""
            tag=${{{reference}}-}
            if [[ $tag != "$IMAGE/v"* ]]; then
              tag=$(git describe --tags --abbrev=0 --match "$IMAGE/v*") || { echo "no release of $IMAGE yet"; exit 0; }
            fi
            """;
}
