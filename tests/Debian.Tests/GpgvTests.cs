using System.Text;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Testing;

namespace Slipway.Debian.Tests;

public sealed class GpgvTests(ArchiveSigningKeys keys) : IClassFixture<ArchiveSigningKeys>
{
    private const string Text = "Suite: stable\nCodename: trixie\n";

    [Fact]
    public async Task A_good_signature_gives_the_text()
    {
        Skip();
        Assert.Equal(Text, await VerifyAsync(keys.Sign(Text, keys.Good)));
    }

    [Fact]
    public async Task An_unknown_second_signer_does_no_harm()
    {
        Skip();
        Assert.Equal(Text, await VerifyAsync(keys.Sign(Text, keys.Stranger, keys.Good)));
    }

    [Fact]
    public async Task Text_around_the_signed_part_is_not_given_back()
    {
        Skip();
        string message = $"Suite: evil\n\n{Encoding.UTF8.GetString(keys.Sign(Text, keys.Good))}\nSuite: evil\n";
        Assert.Equal(Text, await VerifyAsync(Encoding.UTF8.GetBytes(message)));
    }

    [Fact]
    public async Task An_unknown_signer_alone_is_refused()
    {
        Skip();
        await RefusedAsync(keys.Sign(Text, keys.Stranger), "unknown");
    }

    [Fact]
    public async Task A_key_that_the_keyring_holds_but_the_list_does_not_is_refused()
    {
        Skip();
        Gpgv gpgv = new(keys.EveryKeyring, [keys.Good]);
        ContentException e = await Assert.ThrowsAsync<ContentException>(() =>
            gpgv.VerifyAsync(keys.Sign(Text, keys.Stranger), "it", default)
        );
        Assert.Contains($"{keys.Stranger} (not a pinned key", e.Message);
    }

    [Fact]
    public async Task A_changed_text_is_refused()
    {
        Skip();
        string message = Encoding.UTF8.GetString(keys.Sign(Text, keys.Good)).Replace("trixie", "tryxie", StringComparison.Ordinal);
        await RefusedAsync(Encoding.UTF8.GetBytes(message), "changed after signing");
    }

    [Fact]
    public void A_bad_signature_beside_a_good_one_is_refused()
    {
        string[] good = ["[GNUPG:] NEWSIG", "[GNUPG:] GOODSIG 45 good", "[GNUPG:] VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 BB"];
        Assert.Null(Problem(["[GNUPG:] PLAINTEXT 74 0", .. good]));
        Assert.Contains("0123 is bad", Problem(["[GNUPG:] PLAINTEXT 74 0", "[GNUPG:] NEWSIG", "[GNUPG:] BADSIG 0123 someone", .. good]));
    }

    [Theory]
    [InlineData("GOODSIG 45", "VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 CC")]
    [InlineData("GOODSIG 45", "VALIDSIG BB 2026-01-01 1 0 4 0 22 10 01 CC")]
    [InlineData("GOODSIG 45", "VALIDSIG AA 2026-01-01 1 0 4 0 22 2 01 BB")]
    [InlineData("GOODSIG 45", "VALIDSIG BB")]
    [InlineData("REVKEYSIG 45", "VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 BB")]
    [InlineData("EXPKEYSIG 45", "VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 BB")]
    [InlineData("EXPSIG 45", "VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 BB")]
    [InlineData("ERRSIG 45", "NO_PUBKEY 45")]
    public void Only_a_good_and_valid_signature_of_a_pinned_primary_key_counts(string judgement, string validity) =>
        Assert.NotNull(Problem(["[GNUPG:] PLAINTEXT 74 0", "[GNUPG:] NEWSIG", "[GNUPG:] " + judgement, "[GNUPG:] " + validity]));

    [Fact]
    public void A_good_and_a_valid_signature_must_be_the_same_one() =>
        Assert.NotNull(
            Problem([
                "[GNUPG:] PLAINTEXT 74 0",
                "[GNUPG:] NEWSIG",
                "[GNUPG:] GOODSIG 45 stranger",
                "[GNUPG:] VALIDSIG CC 2026-01-01 1 0 4 0 22 10 01 CC",
                "[GNUPG:] NEWSIG",
                "[GNUPG:] EXPKEYSIG 46 ours",
                "[GNUPG:] VALIDSIG AA 2026-01-01 1 0 4 0 22 10 01 BB",
            ])
        );

    [Fact]
    public async Task An_expired_key_alone_is_refused()
    {
        Skip();
        await RefusedAsync(keys.SignExpired(Text), "key expired");
    }

    [Fact]
    public async Task Two_signed_messages_in_one_file_are_refused()
    {
        Skip();
        byte[] one = keys.Sign(Text, keys.Good);
        byte[] two = keys.Sign("Suite: other\n", keys.Good);
        await Assert.ThrowsAsync<ContentException>(() => VerifyAsync([.. one, .. "\n"u8, .. two]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Suite: stable\n")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSuite: stable\n")]
    public async Task A_text_without_a_signature_is_refused(string text)
    {
        Skip();
        await Assert.ThrowsAsync<ContentException>(() => VerifyAsync(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public async Task A_weak_hash_is_refused()
    {
        Skip();
        await Assert.ThrowsAsync<ContentException>(() =>
            VerifyAsync(keys.Sign(Text, ["--digest-algo", "SHA1", "--allow-weak-digest-algos"], [keys.Good]))
        );
    }

    [Fact]
    public async Task A_missing_program_is_told_with_the_package_to_install()
    {
        Skip();
        Gpgv gpgv = new(keys.Keyring, [keys.Good], "no-such-gpgv");
        ToolMissingException e = await Assert.ThrowsAsync<ToolMissingException>(() => gpgv.VerifyAsync([], "it", default));
        Assert.Contains("install the package gpgv", e.Message);
    }

    [Fact]
    public async Task A_missing_keyring_is_told() =>
        Assert.Contains(
            "nowhere.gpg",
            (await Assert.ThrowsAsync<FileNotFoundException>(() => new Gpgv("nowhere.gpg", []).VerifyAsync([], "it", default))).Message
        );

    private static void Skip() => Assert.SkipUnless(ArchiveSigningKeys.Available, "needs gpg and gpgv");

    private static string? Problem(string[] lines) => SignatureStatus.Parse(string.Join('\n', lines)).ProblemFor(["BB"]);

    private async Task<string> VerifyAsync(byte[] message) => Encoding.UTF8.GetString(await keys.Gpgv.VerifyAsync(message, "it", default));

    private async Task RefusedAsync(byte[] message, string why) =>
        Assert.Contains(why, (await Assert.ThrowsAsync<ContentException>(() => VerifyAsync(message))).Message);
}
