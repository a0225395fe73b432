namespace Slipway.Trust.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
