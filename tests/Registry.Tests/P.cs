namespace Slipway.Registry.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
