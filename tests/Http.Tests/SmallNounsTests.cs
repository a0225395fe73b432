using System.Net;

namespace Slipway.Http.Tests;

public class SmallNounsTests
{
    [Theory]
    [InlineData("https://example.org/a?token=s3cret", "https://example.org/a")]
    [InlineData("https://user:s3cret@example.org:8443/a/b#s3cret", "https://example.org:8443/a/b")]
    [InlineData("https://example.org/a%3Fb?c", "https://example.org/a%3Fb")]
    [InlineData("http://user@[::1]:5000/a", "http://[::1]:5000/a")]
    [InlineData("https://\u0430uth.example.org:8443/a?b", "https://xn--uth-5cd.example.org:8443/a")]
    [InlineData("file:///srv/mirror/a", "file:///srv/mirror/a")]
    public void A_redacted_address_keeps_its_place_and_none_of_its_secrets(string address, string shown) =>
        Assert.Equal(shown, Redaction.Of(new Uri(address)));

    [Theory]
    [InlineData("/a?token=s3cret")]
    [InlineData("/a#s3cret")]
    public void A_relative_address_is_redacted_too(string address) => Assert.Equal("/a", Redaction.Of(new Uri(address, UriKind.Relative)));

    [Theory]
    [InlineData("kubelet", "kubelet kubelets mykubelet (kubelet), kubelet", "*** kubelets mykubelet (***), ***")]
    [InlineData("wrong", "wrongly wrong d3Jvbmc= 77726f6e67", "wrongly *** *** ***")]
    [InlineData("s3cret-t0ken", "xs3cret-t0keny", "x***y")]
    [InlineData("a/b+c=d e\"f", "a%2Fb%2Bc%3Dd%20e%22f, a%2Fb%2Bc%3Dd+e%22f", "***, ***")]
    [InlineData("p.s", "pxs p.s", "pxs ***")]
    [InlineData("ab", "ab", "ab")]
    public void What_others_said_loses_secrets_where_they_stand_as_words_or_cannot_stand_by_chance(
        string secret,
        string said,
        string left
    ) => Assert.Equal(left, new Redaction(secret, null, "").In(said));

    [Theory]
    [InlineData("http://localhost/", true)]
    [InlineData("http://127.0.0.1:5000/", true)]
    [InlineData("http://127.9.9.9/", true)]
    [InlineData("http://[::1]:5000/", true)]
    [InlineData("http://localhost.example.org/", false)]
    [InlineData("http://127.0.0.1.example.org/", false)]
    [InlineData("http://10.0.0.1/", false)]
    [InlineData("http://0.0.0.0/", false)]
    [InlineData("http://[::2]/", false)]
    public void Loopback_is_told_by_name_and_number_alone(string address, bool loopback) =>
        Assert.Equal(loopback, Loopback.Is(new Uri(address)));

    [Theory]
    [InlineData(401, RemoteFault.Refused)]
    [InlineData(403, RemoteFault.Refused)]
    [InlineData(404, RemoteFault.NotFound)]
    [InlineData(410, RemoteFault.NotFound)]
    [InlineData(408, RemoteFault.TryAgain)]
    [InlineData(429, RemoteFault.TryAgain)]
    [InlineData(500, RemoteFault.TryAgain)]
    [InlineData(599, RemoteFault.TryAgain)]
    [InlineData(400, RemoteFault.Protocol)]
    [InlineData(302, RemoteFault.Protocol)]
    [InlineData(405, RemoteFault.Protocol)]
    public void A_status_means_the_same_to_every_client(int status, RemoteFault fault) =>
        Assert.Equal(fault, RemoteException.FaultOf((HttpStatusCode)status));

    [Fact]
    public void The_time_limit_grows_with_the_body_and_has_an_end()
    {
        RetryPolicy retryPolicy = new() { ResponseTimeLimit = TimeSpan.FromSeconds(10), SlowestUpload = 1000 };
        Assert.Equal(TimeSpan.FromSeconds(10), retryPolicy.For(0));
        Assert.Equal(TimeSpan.FromSeconds(14), retryPolicy.For(4000));
        Assert.Equal(TimeSpan.FromSeconds(10) + TimeSpan.FromDays(1), retryPolicy.For(long.MaxValue));
    }

    [Theory]
    [InlineData(9, 9)]
    [InlineData(10, 10)]
    [InlineData(11, 11)]
    [InlineData(100_000, 11)]
    public async Task A_bounded_body_tells_by_one_byte_more_that_it_was_longer(int length, int read)
    {
        using HttpResponseMessage answer = new() { Content = new ByteArrayContent(new byte[length]) };
        Assert.Equal(read, (await BoundedBody.ReadAsync(answer, 10, TestContext.Current.CancellationToken)).Length);
    }
}
