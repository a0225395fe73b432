namespace Slipway.Rehearsal.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
