namespace Slipway.Sources.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
