using Nuke.Common;
using Nuke.Common.IO;
using Slipway.Verification;

namespace Slipway.Graph;

/// <summary>Whose signatures are believed about releases, and who must have built them again.</summary>
internal sealed partial class Build
{
    [Parameter(
        "Verify: layout folder with the signatures of a local --reference; default: trust beside its folder, else in it",
        Name = "Trust"
    )]
    private readonly AbsolutePath? TrustFolder;

    [Parameter("Verify: signers who must have reproduced the build: public keys in PEM, or IDENTITY,ISSUER")]
    private readonly string[] ReproducedBy = [];

    /// <summary>Beside an identity a key signs a summary, and is nobody to believe about the release.</summary>
    private Task<ReleaseSigners> NewReleaseSignersAsync() =>
        ReleaseSigners.ChooseAsync(
            Summary is not null && (Identity ?? Issuer) is not null ? Signers with { SigningKey = null, KmsKey = null } : Signers,
            ReproducedBy,
            Stop
        );
}
