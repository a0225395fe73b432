using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Http;
using Slipway.Images;
using Slipway.Trust;

namespace Slipway.Graph;

/// <summary>What a release hands out beside its images, and where.</summary>
internal sealed partial class Build
{
    [Parameter("Assets, Release: fingerprint of an OpenPGP key of gpg's keyring that signs SHA256SUMS, too")]
    private readonly string? GpgKey;

    [Parameter("Password of --gpg-key; default: what gpg's agent knows"), Secret]
    private readonly string? GpgPassword;

    private Target Assets => _ => _
        .Description("Write what a published release hands out: notes, SHA256SUMS with signatures, SBOM, provenance, node files: artifacts/NAME/assets")
        .After(Publish, Verify)
        .Executes(async () =>
        {
            Report report = Report.ToConsole();
            foreach (MadeAssets made in await MakeAssetsAsync(report))
                report.Result(Json ? AssetsView.Json(made) : System.Text.Encoding.UTF8.GetBytes(made.Notes));
        });

    private async Task<ImmutableArray<MadeAssets>> MakeAssetsAsync(Report report)
    {
        OpenPgpSigner? openPgp = GpgKey is null ? null : Given(() => new OpenPgpSigner(GpgKey, GpgPassword));
        ISigner signer = await Signers.OpenAsync(Stop);
        using IDisposable? held = signer as IDisposable;
        using HttpTransport transport = NewTransport(report);
        AssetsRun run = new(Workspace, new ReleaseDescription(Workspace, RootDirectory, () => Connect(transport), report), signer, openPgp, report);
        var all = ImmutableArray.CreateBuilder<MadeAssets>();
        foreach (AssemblyRequest input in await InputsAsync(report))
            all.Add(await run.RunAsync(input, Stop));
        return all.ToImmutable();
    }
}
