using System.Text.Json;
using Slipway.Oci;
using Slipway.Peers.Tests;
using Slipway.Testing;

namespace Slipway.Trust.Tests;

internal sealed partial class SignedImageFixture
{
    /// <summary>
    /// The program says what Verify says, and of each manifest that the verifier refuses, the verifier's reason. It asks for more than a
    /// signature: these images say nothing that a release says, so even a good one fails, for that.
    /// </summary>
    private async partial Task CompareAsync(VerificationResult result, string wanted, VerificationKey key)
    {
        VerifyProgram program = await CompiledProgram.GetAsync();
        string file = At($"{Guid.NewGuid():n}.pub");
        await File.WriteAllTextAsync(file, key.Pem);
        string named = Digest.TryParse(wanted, out _) ? "@" : ":";
        ChildResult said = await new FilesVerdict(
            $"oci:{At("layout")}{named}{wanted}",
            At("trust"),
            file,
            Official,
            At("scratch")
        ).AssertSameAsync(program);
        Assert.NotEqual(0, said.ExitCode);
        if (said.Output.Length == 0)
            return;
        HashSet<(string?, string?)> refused =
        [
            .. JsonDocument
                .Parse(said.Output)
                .RootElement.GetProperty("places")[0]
                .GetProperty("subjects")
                .EnumerateArray()
                .Select(subject => (subject.GetProperty("digest").GetString(), subject.GetProperty("failure").GetString())),
        ];
        // Statements are asked for before the claims are compared with one signature of many.
        Assert.All(result.Failures, failure =>
            Assert.Contains((failure.Digest?.ToString(), (string?)failure.Failure!.Value.Name()), refused)
        );
    }
}
