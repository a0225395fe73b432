namespace Slipway.Graph.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
