namespace Slipway.Oci.Tests;

public class PlaceholderTests
{
    [Fact]
    public void Placeholder()
    {
    }
}
