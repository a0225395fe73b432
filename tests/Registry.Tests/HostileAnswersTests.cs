using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Registry.Tests;

/// <summary>
/// Fields and bodies made of what stumbles parsers: the client gives a value or an exception of its own in one short line, asks a
/// bounded number of times, and sends no credentials elsewhere. A failure names its seed, as <c>Replay</c> takes it.
/// </summary>
public class HostileAnswersTests
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
    private static readonly Descriptor Blob = Descriptor.Of(MediaType.LayerGzip, Content);

    [Fact]
    public void Any_challenge_sends_credentials_home_or_nowhere() =>
        Check(
            [
                "Bearer ",
                "Basic ",
                "realm=",
                "service=",
                "\"",
                "https://quay.io/t",
                "https://evil.example/t",
                "http://quay.io/t",
                ",",
                "=",
                "\\",
                "\\\"",
                " ",
                "\t",
                "@",
                "#",
                "?",
            ],
            field =>
            {
                RegistryHandler far = new(request =>
                    request.RequestUri!.AbsolutePath == "/t" ? RegistryHandler.Answer(200, """{"token":"t"}""")
                    : request.Headers.Authorization is null ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", field))
                    : RegistryHandler.Answer(404)
                );
                Outcome(() => far.Repository().ResolveAsync("v1", default));
                Assert.InRange(far.Requests.Count, 1, 3);
                Assert.All(far.Requests, asked => Assert.True(asked.Address.Host == "quay.io" && asked.Address.Scheme == "https"));
            }
        );

    [Fact]
    public void Any_link_leads_to_pages_of_the_same_registry_or_nowhere() =>
        Check(
            [
                "<",
                ">",
                "</v2/x>",
                "<https://evil.example/>",
                "<//evil.example>",
                ";",
                "rel=",
                "next",
                "\"next\"",
                "\"prev next\"",
                ",",
                "=",
                "\"",
                "\\",
                " ",
                "rel=next",
                "<https://evil.example/>;rel=next",
                "<https://quay.io:8443/>; rel=\"next\"",
                "</v2/y>;rel=next",
                "title=\"a,b\"",
            ],
            field =>
            {
                int pages = 0;
                RegistryHandler far = new(_ =>
                    ++pages > 5
                        ? RegistryHandler.Answer(200, List, ("Content-Type", MediaType.Index))
                        : RegistryHandler.Answer(200, List, ("Content-Type", MediaType.Index), ("Link", field))
                );
                Outcome(() => far.Repository().ReferrersAsync(Blob.Digest, null, default));
                Assert.All(far.Requests, asked => Assert.Equal("quay.io", asked.Address.Host));
            }
        );

    [Fact]
    public void Any_location_is_followed_by_https_and_without_credentials_elsewhere() =>
        Check(
            [
                "https://",
                "http://",
                "quay.io",
                "evil.example",
                "127.0.0.1",
                "[::1]",
                "localhost",
                "/",
                "//",
                "\\",
                "..",
                "@",
                ":",
                "443",
                "99999",
                "?a=b",
                "#f",
                "%00",
                "%",
                "ftp:",
                "\u00e9",
            ],
            field =>
            {
                RegistryHandler far = new(request =>
                    request.Headers.Authorization is null && request.RequestUri!.Host == "quay.io"
                        ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
                        : RegistryHandler.Answer(307, "", ("Location", field))
                );
                Outcome(() => far.Repository().OpenBlobAsync(Blob, default));
                Assert.InRange(far.Requests.Count, 1, 12);
                Assert.All(far.Requests, asked =>
                    Assert.True(
                        asked.Address is { Scheme: "https", UserInfo: "" }
                            && !Loopback.Is(asked.Address)
                            && (asked.Address.Host == "quay.io" || asked.Authorization is null)
                    )
                );
            }
        );

    [Fact]
    public void Any_content_range_gives_the_blob_or_nothing() =>
        Check(
            ["bytes ", "bytes", " ", "500", "999", "1000", "0", "-", "/", "*", "499", "18446744073709551616", "500-999/1000", ",", ";"],
            field =>
            {
                int asked = 0;
                RegistryHandler far = new(_ =>
                {
                    HttpResponseMessage answer = new(++asked == 1 ? System.Net.HttpStatusCode.OK : System.Net.HttpStatusCode.PartialContent)
                    {
                        Content = new StreamContent(asked == 1 ? new HalfBody() : new MemoryStream(Content[500..])),
                    };
                    answer.Content.Headers.TryAddWithoutValidation("Content-Range", field);
                    return answer;
                });
                byte[]? read = null;
                Outcome(async () =>
                {
                    await using Stream blob = (await far.Repository().OpenBlobAsync(Blob, default))!;
                    using MemoryStream bytes = new();
                    await blob.CopyToAsync(bytes);
                    read = bytes.ToArray();
                });
                Assert.Equal(2, asked);
                Assert.True(read is null || read.AsSpan().SequenceEqual(Content));
            }
        );

    [Fact]
    public void Any_error_document_makes_one_short_line_without_secrets() =>
        Check(
            [
                "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"",
                "\"}]}",
                "\"",
                "{",
                "}",
                "[",
                "]",
                // So short a secret is taken out where it is a word of its own.
                " s3cret ",
                "cm9ib3Q6czNjcmV0",
                "\\n",
                "\\u001b[2J",
                "\\u202e",
                "https://x/?sig=s3cret&b",
                "null",
                "\u0000",
                "\ud800",
                new string('x', 30_000),
            ],
            body =>
            {
                RegistryHandler far = new(request =>
                    request.Headers.Authorization is null
                        ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Basic realm=\"x\""))
                        : RegistryHandler.Answer(403, body)
                );
                Outcome(() => far.Repository().ResolveAsync("v1", default));
            }
        );

    [Fact]
    public void Any_token_document_gives_a_token_that_fits_into_a_field_or_nothing() =>
        Check(
            [
                "{\"token\":\"",
                "\"}",
                "{",
                "}",
                "\"access_token\":\"x\"",
                ",\"expires_in\":",
                "1e999",
                "-1",
                "\\r\\nX: y",
                "\"",
                "t",
                ",",
                "null",
                "\u0000",
                new string('[', 100),
            ],
            body =>
            {
                RegistryHandler far = new(request =>
                    request.RequestUri!.AbsolutePath == "/t" ? RegistryHandler.Answer(200, body)
                    : request.Headers.Authorization is null
                        ? RegistryHandler.Answer(401, "", ("WWW-Authenticate", "Bearer realm=\"https://quay.io/t\""))
                    : RegistryHandler.Answer(404)
                );
                Outcome(() => far.Repository().ResolveAsync("v1", default));
                Assert.InRange(far.Requests.Count, 2, 3);
            }
        );

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(413)]
    [InlineData(415)]
    [InlineData(501)]
    public async Task What_no_waiting_mends_fails_at_once_in_the_registrys_own_words(int status)
    {
        RegistryHandler far = new(_ => RegistryHandler.Answer(status, """{"errors":[{"code":"UNSUPPORTED","message":"not here"}]}"""));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() =>
            far.Repository().PushManifestAsync(new ManifestContent(MediaType.Index, Encoding.UTF8.GetBytes(List)), "v1", default)
        );
        Assert.Contains($": {status} UNSUPPORTED \"not here\"; ", e.Message);
        Assert.Single(far.Requests);
        Assert.Empty(far.Notices);
    }

    [Fact]
    public async Task A_registry_that_cannot_prove_who_it_is_is_asked_once_and_told_of()
    {
        RegistryHandler far = new(_ =>
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                "x",
                new System.Security.Authentication.AuthenticationException("errors in the chain: UntrustedRoot")
            )
        );
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => far.Repository().ResolveAsync("v1", default));
        Assert.Equal(RemoteFault.Untrusted, e.Fault);
        Assert.StartsWith(
            "quay.io/a/b: HEAD manifest v1: its certificate comes from an authority that is not trusted here after 1 try over 0 s; "
                + "nothing was sent. ",
            e.Message
        );
        Assert.Contains("--registry-ca HOST=FILE", e.Message);
        Assert.Single(far.Requests);
    }

    private static string List => Encoding.UTF8.GetString(new Oci.Index([]).ToBytes());

    private static void Outcome(Func<Task> act)
    {
        try
        {
            act().GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is RegistryException or ContentException)
        {
            Assert.InRange(e.Message.Length, 1, 1000);
            Assert.DoesNotContain("s3cret", e.ToString());
            Assert.DoesNotContain("cm9ib3Q6czNjcmV0", e.ToString());
            Assert.DoesNotContain(e.Message, character => char.IsControl(character) || character is '\u202e');
        }
    }

    private static void Check(string[] pieces, Action<string> holds) =>
        Prop.ForAll(Gen.Elements(pieces).ListOf().Select(parts => string.Concat(parts)).ToArbitrary(), holds)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithQuietOnSuccess(true));

    private sealed class HalfBody() : MemoryStream(Content, 0, 500)
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is var read and > 0 ? read : throw new IOException("reset");
    }
}
