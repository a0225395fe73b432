namespace Slipway.Http.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
