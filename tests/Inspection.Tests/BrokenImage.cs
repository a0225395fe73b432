using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>A whole image with one thing changed, and the violation that this is.</summary>
/// <param name="Path">What the violation names.</param>
internal sealed record BrokenImage(string Path, string Rule, string Problem)
{
    public Func<TinyDeb, TinyDeb> Deb { get; init; } = deb => deb.Directory("usr/share/breaker");

    public Func<string, string> Contract { get; init; } = contract => contract;

    public Func<string, string> Config { get; init; } = config => config;

    public byte[]? Tool { get; init; }

    /// <summary>A second rule that cannot but be broken too.</summary>
    public string? Also { get; init; }

    /// <summary>The image breaks that rule, says so of that path, and breaks no other.</summary>
    public async Task IsFoundAsync()
    {
        using AssemblyFixture shop = WholeImage.Create(Tool);
        shop.Contract = Contract(shop.Contract);
        shop.Config = Config(shop.Config);
        shop.Add(Deb(new TinyDeb("breaker")));
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        InspectionResult result = await shop.InspectAsync();
        Violation violation = Assert.Single(result.Violations, violation => violation.Rule != Also);
        Assert.Equal(("tiny", Platform.LinuxAmd64, Path, Rule), (violation.Image, violation.Platform, violation.Path, violation.Rule));
        Assert.Contains(Problem, violation.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(violation.Mend);
        Assert.Throws<ContentException>(result.Require);
    }
}
