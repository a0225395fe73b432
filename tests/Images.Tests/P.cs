namespace Slipway.Images.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
