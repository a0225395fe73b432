using Slipway.Testing;
using Slipway.Trust;
using Slipway.Verification;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>
/// Who signs and who is believed, by what is said and what the surroundings offer. What needs cosign is refused before it is asked.
/// </summary>
public sealed class SignerChoiceTests : IDisposable
{
    private const string Token = "SIGSTORE_ID_TOKEN";

    private readonly ScratchFolder _folder = new();
    private readonly KeySigner _key = KeySigner.CreateThrowAway();

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_signing_key_signs_and_is_believed_even_where_a_CI_offers_an_identity()
    {
        SignerChoice choice = Choice(Token) with { SigningKey = SigningKeys.Create(_folder.Path, "key").Private };
        ISigner signer = await choice.OpenAsync(default);
        using IDisposable? held = signer as IDisposable;
        Assert.IsType<KeySigner>(signer);
        Assert.Equal(signer.Trusted, await choice.TrustedAsync(default));
    }

    [Fact]
    public async Task A_public_key_is_believed_whoever_signs()
    {
        string file = _folder.Write("other.pub", _key.Key.Pem);
        Assert.Equal(
            _key.Key,
            await (Choice(Token) with { PublicKey = file, SigningKey = SigningKeys.Create(_folder.Path, "key").Private }).TrustedAsync(
                default
            )
        );
    }

    [Fact]
    public async Task Nobody_signs_where_nothing_is_given()
    {
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => Choice().OpenAsync(default));
        Assert.StartsWith("no signer was given; nothing was signed. Give --signing-key FILE", e.Message, StringComparison.Ordinal);
        Assert.Contains(
            "no public key or identity was given",
            (await Assert.ThrowsAsync<SigningKeyException>(() => Choice().TrustedAsync(default))).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_URL")]
    [InlineData("ACTIONS_ID_TOKEN_REQUEST_TOKEN")]
    public async Task Half_an_identity_is_none(string variable) =>
        await Assert.ThrowsAsync<SigningKeyException>(() => Choice(variable).OpenAsync(default));

    [Fact]
    public async Task Cosign_is_never_left_to_ask_a_person_for_an_identity()
    {
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() =>
            (Choice() with { Kind = SignerKind.Cosign }).OpenAsync(default)
        );
        Assert.Contains("no identity was given; nothing was signed", e.Message, StringComparison.Ordinal);
        Assert.Contains("id-token: write", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_is_not_known_beforehand_is_asked_for()
    {
        SigningKeyException e = await Assert.ThrowsAsync<SigningKeyException>(() => Choice(Token).OpenAsync(default));
        Assert.Contains("Give --identity", e.Message, StringComparison.Ordinal);
        e = await Assert.ThrowsAsync<SigningKeyException>(() => (Choice(Token) with { Identity = "me@example.org" }).OpenAsync(default));
        Assert.Contains("Give --issuer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_a_service_goes_with_no_other_key()
    {
        await WrongAsync((Choice() with { KmsKey = "awskms:///alias/x", SigningKey = "key.pem" }).OpenAsync(default));
        await WrongAsync((Choice() with { KmsKey = "awskms:///alias/x", Kind = SignerKind.Key }).OpenAsync(default));
    }

    [Fact]
    public async Task Whom_to_believe_is_said_in_one_way()
    {
        await WrongAsync((Choice() with { PublicKey = "key.pub", Identity = "me@example.org" }).TrustedAsync(default));
        await WrongAsync((Choice() with { PublicKey = "key.pub", Issuer = "https://example.org" }).TrustedAsync(default));
        Assert.Contains(
            "--issuer is missing",
            await WrongAsync((Choice() with { Identity = "me@example.org" }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--identity is missing",
            await WrongAsync((Choice() with { Issuer = "https://example.org" }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("me@example.org", null)]
    [InlineData(null, "https://example.org")]
    public async Task A_key_to_sign_with_never_stands_in_for_the_identity_that_was_asked_for(string? identity, string? issuer)
    {
        SignerChoice choice = Choice() with { Identity = identity, Issuer = issuer };
        string file = SigningKeys.Create(_folder.Path, "key").Private;
        Assert.Contains(
            "--signing-key",
            await WrongAsync((choice with { SigningKey = file }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--kms-key",
            await WrongAsync((choice with { KmsKey = "awskms:///alias/x" }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task An_empty_identity_is_a_missing_one()
    {
        Assert.Contains(
            "--identity is missing",
            await WrongAsync((Choice() with { Identity = "", Issuer = "https://example.org" }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "--issuer is missing",
            await WrongAsync((Choice() with { Identity = "me@example.org", Issuer = "" }).TrustedAsync(default)),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Services_and_keys_to_believe_that_are_not_there_are_told_before_anything_is_judged(bool root)
    {
        string missing = Path.Combine(_folder.Path, "missing.json");
        SignerChoice choice = Choice(Token) with
        {
            Identity = "me@example.org",
            Issuer = "https://example.org",
            Instance = root ? new SigstoreInstance { TrustedRoot = missing } : new SigstoreInstance { SigningConfig = missing },
        };
        string told = $"--{(root ? "trusted-root" : "signing-config")} {missing}: file not found";
        Assert.Equal(told, (await Assert.ThrowsAsync<SigningKeyException>(() => choice.OpenAsync(default))).Message);
        if (root)
            Assert.Equal(told, (await Assert.ThrowsAsync<SigningKeyException>(() => choice.TrustedAsync(default))).Message);
    }

    private static async Task<string> WrongAsync(Task task)
    {
        WrongUseException e = await Assert.ThrowsAsync<WrongUseException>(() => task);
        Assert.Equal(FailureKind.WrongUse, FailureKinds.Of(e));
        return e.Message;
    }

    private static SignerChoice Choice(params string[] variables) =>
        new() { Instance = new SigstoreInstance(), Environment = name => variables.Contains(name) ? "given" : null };
}
