namespace Slipway.Nuke.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
