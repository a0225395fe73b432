namespace Slipway.Development;

/// <summary>What jobs of CI servers run besides targets, and what more than one of them says.</summary>
internal static class JobCommands
{
    /// <summary>Whom Sigstore asks who a job on GitHub is.</summary>
    public const string GitHubIssuer = "https://token.actions.githubusercontent.com";

    /// <summary>Puts cosign where it is found: the program of its release, by its hash.</summary>
    public static string InstallCosign(string folder) =>
        $"""
            cosign=$(mktemp)
            curl -fsSL --retry 3 -o "$cosign" {CosignProgram}
            echo "{CosignHash}  $cosign" | sha256sum --check --strict
            mkdir -p "{folder}"
            install -m 755 "$cosign" "{folder}/cosign"
            """;

    /// <summary>What the tests compare the product with and cannot fetch themselves.</summary>
    public const string InstallPeers = """
        sudo apt-get update -qq
        sudo apt-get install -y -qq --no-install-recommends binutils docker-registry gnupg gpgv iproute2 iptables \
          mmdebstrap openssl qemu-user-static skopeo umoci xz-utils
        """;

    private const string CosignProgram = "https://github.com/sigstore/cosign/releases/download/v3.1.3/cosign-linux-amd64";
    private const string CosignHash = "4629c757b7618056f8ddd7e2625ae9fdd94c0372a65049520bc7d9df9efc7f71";

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
