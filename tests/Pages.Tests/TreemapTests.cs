using FsCheck;
using FsCheck.Fluent;
using Slipway.Testing;

namespace Slipway.Pages.Tests;

/// <summary>A treemap's areas are the sizes' shares of the whole, and lie beside each other.</summary>
public sealed class TreemapTests
{
    [Fact]
    public void Areas_have_the_share_of_their_size_stay_inside_and_do_not_overlap() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt[]>(), sizes =>
            {
                long[] sorted = [.. sizes.Take(40).Select(size => (long)size.Get).OrderDescending()];
                var areas = new Treemap(sorted, 2.6).Divide(Area.Whole);
                Assert.Equal(sorted.Length, areas.Length);
                for (int i = 0; i < sorted.Length; i++)
                {
                    Area area = areas[i];
                    Assert.Equal(10_000.0 * sorted[i] / sorted.Sum(), area.Width * area.Height, 3);
                    Assert.InRange(area.Left, -1e-6, 100 - area.Width + 1e-6);
                    Assert.InRange(area.Top, -1e-6, 100 - area.Height + 1e-6);
                    Assert.All(areas.Skip(i + 1), other => Assert.True(AreApart(area, other)));
                }
            })
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Equal_sizes_become_nearly_square()
    {
        var areas = new Treemap([.. Enumerable.Repeat(5L, 16)], 1).Divide(Area.Whole);

        Assert.All(areas, area => Assert.Equal((25.0, 25.0), (Math.Round(area.Width, 6), Math.Round(area.Height, 6))));
    }

    [Fact]
    public void Nothing_to_divide_is_nothing() => Assert.Empty(new Treemap([], 1).Divide(Area.Whole));

    private static bool AreApart(Area one, Area other) =>
        one.Left + one.Width <= other.Left + 1e-6
        || other.Left + other.Width <= one.Left + 1e-6
        || one.Top + one.Height <= other.Top + 1e-6
        || other.Top + other.Height <= one.Top + 1e-6;
}
