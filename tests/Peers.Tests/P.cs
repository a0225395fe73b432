namespace Slipway.Peers.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
