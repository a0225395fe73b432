using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;

namespace Slipway.Peers.Tests;

/// <summary>An image in files, as the target Verify judges it in this process, and as the small program does in one of its own.</summary>
/// <param name="Reference">A layout folder, and what in it.</param>
/// <param name="Trust">The folder with its signatures.</param>
/// <param name="Key">A file.</param>
/// <param name="Official">What signatures must name.</param>
/// <param name="Scratch">A folder to write in.</param>
internal sealed record FilesVerdict(string Reference, string Trust, string Key, Reference Official, string Scratch)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public string? Image { get; init; }

    public string? Source { get; init; }

    public bool Deep { get; init; }

    /// <summary>Asserts that both say the same: exit code, JSON, the line of the failure.</summary>
    /// <returns>What the program said.</returns>
    public async Task<ChildResult> AssertSameAsync(VerifyProgram program)
    {
        (int code, string json, string failure) = await JudgeAsync();
        string[] more =
        [
            .. Image is null ? Array.Empty<string>() : ["--image", Image],
            .. Source is null ? Array.Empty<string>() : ["--source", Source],
            .. Deep ? ["--deep"] : Array.Empty<string>(),
        ];
        ChildResult said = await (
            program with
            {
                Variables = new Dictionary<string, string?> { ["TMPDIR"] = Directory.CreateDirectory(Scratch).FullName },
            }
        ).RunAsync([Reference, "--key", Key, "--official", Official.Name, "--trust", Trust, "--json", .. more]);
        Assert.Equal((code, json), (said.ExitCode, said.Output));
        Assert.Equal(failure, said.Error);
        return said;
    }

    private async Task<(int Code, string Json, string Failure)> JudgeAsync()
    {
        await using StringWriter log = new(),
            output = new();
        Report report = new(log, output, plain: true);
        try
        {
            SignerChoice choice = new()
            {
                PublicKey = Key,
                Instance = new SigstoreInstance(),
                Environment = _ => null,
            };
            ReleaseSigners signers = await ReleaseSigners.ChooseAsync(choice, [], Stop);
            PolicyChoice policy = new()
            {
                Image = Image,
                Source = Source,
                Folder = Deep ? Path.Combine(Scratch, "spool") : null,
            };
            ReferenceVerifier verifier = new(new OfficialChoice([], [], Official), image => policy.Of(signers, image), report.Line)
            {
                Parameter = "",
            };
            LocalReference local = Argument.Parse(() => LocalReference.Parse(Reference))!;
            (ReleaseVerdict verdict, _) = await verifier.FilesAsync(local, Trust, Scratch, Stop);
            report.Result(VerificationView.Json(verdict));
            verdict.RequirePassed();
            return (0, output.ToString(), log.ToString());
        }
        catch (Exception e) when (!FailureText.IsFault(e))
        {
            report.Line($"slipway-verify: {e.Message}");
            return (ExitCodes.Of(VerificationFailure.KindOf(e)), output.ToString(), log.ToString());
        }
    }
}
