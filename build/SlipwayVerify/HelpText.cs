namespace Slipway.SlipwayVerify;

/// <summary>The help: one screen of 24 lines of 80 characters, which System.CommandLine's own is not.</summary>
internal static class HelpText
{
    public const string Text = """
        slipway-verify REFERENCE (--key F | --identity I --issuer U | --policy F) ...
        Verify signature, provenance and SBOM of an image, and what its tag claims.
        REFERENCE  REPOSITORY:TAG, REPOSITORY@DIGEST, oci:FOLDER, oci-archive:FILE
          --key FILE                  public key (PEM) that must have signed it
          --identity, --issuer        whom the certificate must name; OIDC issuer's URL
          --trusted-root FILE         Sigstore's trusted root, for an identity
          --trusted-root-digest D     believe the root with it, such as the archive's
          --policy FILE               who must have signed, when, and what else (JSON)
          --all-registries            every registry that the policy names has the same
          --official REPOSITORY       of a copy or of files: what signatures must name
          --image, --source, --builder  the name, address and id in the provenance
          --not-older-than VALUE      oldest version (v1.36.4), or time (RFC 3339)
          --reproduced-by KEY         who must have built the same again; repeatable
          --deep                      read every layer, compare it with the SBOM
          --trust FOLDER              signatures of files; default: beside, or in them
          --registry-map HOST=URL     send what is meant for HOST to URL; repeatable
          --registry-ca [HOST=]FILE, --token-realm HOST=HOST  authorities; token issuers
          --summary FILE              write the verdict as a SLSA summary (in-toto)
          --digest                    print REPOSITORY@DIGEST alone, if it verifies
          --json, --version, --help   the verdict as JSON; the version; this text
        Exit: 0 verified, 65 not, 64 wrong use, 69/75 unreachable, 77 denied, 78 key
        """;
}
