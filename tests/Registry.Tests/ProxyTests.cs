using Slipway.Http;

namespace Slipway.Registry.Tests;

public class ProxyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5000/v2/")]
    [InlineData("http://localhost:5000/v2/")]
    [InlineData("http://[::1]:5000/v2/")]
    public void A_proxy_never_sees_what_is_meant_for_this_machine(string address)
    {
        using SocketsHttpHandler handler = HttpTransport.NewHandler();
        Assert.True(handler.Proxy!.IsBypassed(new Uri(address)));
        Assert.Null(handler.Proxy.GetProxy(new Uri(address)));
    }
}
