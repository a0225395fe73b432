namespace Slipway.Release.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
