using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>
/// cosign signs with the tests' own Sigstore and believes it, and only what is true: else tests that stand on it would show nothing.
/// </summary>
public sealed class SigstoreStandInTests
{
    private const string Identity = "signer@example.test",
        Issuer = "https://accounts.example.test";
    private const string Workflow = "https://github.com/example/images/.github/workflows/release.yml@refs/heads/main",
        WorkflowIssuer = "https://token.actions.example.test";

    [Theory]
    [InlineData(Identity, Issuer)]
    [InlineData(Workflow, WorkflowIssuer)]
    public async Task Cosign_signs_a_file_without_a_key_and_verifies_it_by_identity_and_issuer(string identity, string issuer)
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        await using SigstoreStandIn sigstore = await SigstoreStandIn.StartAsync();
        using ScratchFolder folder = new();
        string file = folder.Write("file", "content"),
            other = folder.Write("other", "other content");
        string signature = folder.At("file.sig"),
            certificate = folder.At("file.cert");
        string[] output = ["--output-signature", signature, "--output-certificate", certificate];
        ChildProcess sign = cosign.With(["sign-blob", .. sigstore.SigningArguments, .. output, file]);
        (await (sign with { Variables = sigstore.VariablesFor(identity, issuer) }).RunAsync()).Require();
        Assert.Equal(1, sigstore.Log.Count);

        string[] verify = ["verify-blob", .. sigstore.LogArguments, "--signature", signature, "--certificate", certificate];
        Task<ChildResult> VerifyAsync(string who, string vouching, string what) =>
            (
                cosign.With([.. verify, "--certificate-identity", who, "--certificate-oidc-issuer", vouching, what]) with
                {
                    Variables = sigstore.Variables,
                }
            ).RunAsync();

        (await VerifyAsync(identity, issuer, file)).Require();
        Assert.NotEqual(0, (await VerifyAsync("other@example.test", issuer, file)).ExitCode);
        Assert.NotEqual(0, (await VerifyAsync(identity, "https://other.example.test", file)).ExitCode);
        Assert.NotEqual(0, (await VerifyAsync(identity, issuer, other)).ExitCode);
        await using SigstoreStandIn stranger = await SigstoreStandIn.StartAsync();
        ChildProcess elsewhere = cosign.With([.. verify, "--certificate-identity", identity, "--certificate-oidc-issuer", issuer, file]);
        Assert.NotEqual(0, (await (elsewhere with { Variables = stranger.Variables }).RunAsync()).ExitCode);
    }

    [Theory]
    [InlineData("dsse", true)]
    [InlineData("dsse", false)]
    [InlineData("intoto", false)]
    public async Task Cosign_attests_a_file_without_a_key_and_verifies_the_bundle_without_a_network(string kind, bool isNew)
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        await using SigstoreStandIn sigstore = await SigstoreStandIn.StartAsync();
        using ScratchFolder folder = new();
        string file = folder.Write("file", "content"),
            bundle = folder.At("bundle"),
            signature = folder.At("signature"),
            predicate = folder.Write("predicate", """{"a":1}""");
        string[] form = isNew ? ["--new-bundle-format"] : [];
        foreach (string earlier in (string[])["earlier", "file"])
        {
            ChildProcess attest = cosign.With([
                "attest-blob",
                .. sigstore.SigningArguments,
                .. form,
                "--rekor-entry-type",
                kind,
                "--predicate",
                predicate,
                "--type",
                "https://example.test/type",
                "--bundle",
                bundle,
                "--output-signature",
                signature,
                file,
            ]);
            (await (attest with { Variables = sigstore.VariablesFor($"{earlier}@example.test", Issuer) }).RunAsync()).Require();
        }

        sigstore.Outage = HttpStatusCode.ServiceUnavailable;
        string[] trust = isNew ? [.. form, "--trusted-root", sigstore.TrustedRoot] : ["--offline", "--signature", signature];
        foreach ((string who, bool holds) in ((string, bool)[])[("file@example.test", true), ("earlier@example.test", false)])
        {
            ChildProcess verify = cosign.With([
                "verify-blob-attestation",
                .. trust,
                "--bundle",
                bundle,
                "--type",
                "https://example.test/type",
                "--certificate-identity",
                who,
                "--certificate-oidc-issuer",
                Issuer,
                file,
            ]);
            ChildResult result = await (verify with { Variables = sigstore.Variables }).RunAsync();
            Assert.True(holds == (result.ExitCode == 0), result.Error);
        }
    }

    [Fact]
    public async Task Cosign_believes_an_expired_certificate_by_the_logs_entry_alone()
    {
        PeerProgram cosign = await PeerPrograms.RequireAsync(Peer.Cosign);
        await using SigstoreStandIn sigstore = await SigstoreStandIn.StartAsync(new PastClock(TimeSpan.FromDays(100)));
        using ScratchFolder folder = new();
        string file = folder.Write("file", "content");
        foreach (bool logged in (bool[])[true, false])
        {
            SignedBlob blob = sigstore.Sign("content"u8, new SigningSubject(Issuer, Identity), logged);
            string[] signed =
            [
                "--signature",
                folder.Write("file.sig", blob.Signature),
                "--certificate",
                folder.Write("file.cert", blob.Certificate),
            ];
            ChildProcess verify = cosign.With([
                "verify-blob",
                .. sigstore.LogArguments,
                .. signed,
                "--certificate-identity",
                Identity,
                "--certificate-oidc-issuer",
                Issuer,
                file,
            ]);
            ChildResult result = await (verify with { Variables = sigstore.Variables }).RunAsync();
            Assert.True(logged == (result.ExitCode == 0), result.Error);
        }
    }

    [Fact]
    public async Task The_authority_answers_in_the_newer_form_too_and_wants_proof_of_key_and_identity()
    {
        await using SigstoreStandIn sigstore = await SigstoreStandIn.StartAsync();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using HttpClient client = new() { BaseAddress = new Uri(sigstore.Address) };
        async Task<HttpResponseMessage> AskAsync(string token, string proven)
        {
            byte[] proof = key.SignData(Encoding.UTF8.GetBytes(proven), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
            var asked = new
            {
                publicKeyRequest = new
                {
                    publicKey = new { algorithm = "ECDSA", content = key.ExportSubjectPublicKeyInfoPem() },
                    proofOfPossession = Convert.ToBase64String(proof),
                },
            };
            using HttpRequestMessage request = new(HttpMethod.Post, "/api/v2/signingCert")
            {
                Content = new StringContent(JsonSerializer.Serialize(asked)),
            };
            request.Headers.Authorization = new("Bearer", token);
            return await client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        string token = sigstore.Tokens.For(Identity, Issuer);
        using HttpResponseMessage given = await AskAsync(token, Identity);
        string body = await given.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        string[] chain =
        [
            .. JsonDocument
                .Parse(body)
                .RootElement.GetProperty("signedCertificateEmbeddedSct")
                .GetProperty("chain")
                .GetProperty("certificates")
                .EnumerateArray()
                .Select(pem => pem.GetString()!),
        ];
        using X509Certificate2 leaf = X509Certificate2.CreateFromPem(chain[0]);
        Assert.Equal(Identity, leaf.GetNameInfo(X509NameType.EmailName, forIssuer: false));
        Assert.Equal(sigstore.Authority.Certificate.ExportCertificatePem() + "\n", chain[1]);
        foreach (
            (string shown, string proven) in ((string, string)[])[(token, "other@example.test"), (token + "x", Identity), ("", Identity)]
        )
        {
            using HttpResponseMessage refused = await AskAsync(shown, proven);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }
}
