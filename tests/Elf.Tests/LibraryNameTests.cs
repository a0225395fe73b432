namespace Slipway.Elf.Tests;

public class LibraryNameTests
{
    [Theory]
    [InlineData("libz.so.1", "liba.so.1")]
    [InlineData("liba.so.10", "liba.so.9")]
    [InlineData("liba.so.1.1", "liba.so.1")]
    [InlineData("lib1.so", "liba.so")]
    [InlineData("liba2.so", "liba.so")]
    [InlineData("libab.so", "liba.so")]
    public void Names_are_ordered_by_the_numbers_in_them(string greater, string lesser)
    {
        Assert.True(LibraryName.Order.Compare(greater, lesser) > 0);
        Assert.True(LibraryName.Order.Compare(lesser, greater) < 0);
        Assert.Equal(0, LibraryName.Order.Compare(greater, greater));
    }
}
