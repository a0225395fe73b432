using System.Globalization;
using Slipway.Definitions;
using Slipway.Testing;

namespace Slipway.Updates.Tests;

/// <summary>When what images are made of ends, as it is written down.</summary>
public sealed class LifecycleTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-lifecycle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("2028-05-10", LifecycleStage.Supported)]
    [InlineData("2028-05-11", LifecycleStage.NearEnd)]
    [InlineData("2028-08-09", LifecycleStage.NearEnd)]
    [InlineData("2028-08-10", LifecycleStage.LongTerm)]
    [InlineData("2030-06-30", LifecycleStage.LongTerm)]
    [InlineData("2030-07-01", LifecycleStage.Ended)]
    public void A_suite_goes_from_supported_by_near_its_end_and_long_term_to_ended(string today, LifecycleStage stage)
    {
        Lifecycle lifecycle = Read(
            "debian:\n  - { codename: trixie, number: \"13\", end: 2028-08-09, longTermEnd: 2030-06-30, source: https://example.org }\n"
        );
        LifecycleStatus status = lifecycle.Of(ImageDefinitions.Parse(), DateOnly.Parse(today, CultureInfo.InvariantCulture))[0];
        Assert.Equal(("debian", "trixie", stage, "https://example.org"), (status.Product, status.Name, status.Stage, status.Source));
        Assert.Equal(stage != LifecycleStage.Supported, status.NeedsAttention);
    }

    [Fact]
    public void A_minor_that_nobody_wrote_down_is_unknown_and_one_that_ended_has_ended()
    {
        DateOnly today = new(2026, 11, 21);
        Lifecycle lifecycle = Read("kubernetes:\n  - { minor: \"1.2\", end: 2026-11-20, source: https://example.org }\n");
        Assert.Equal(
            [("trixie", LifecycleStage.Unknown), ("1.2", LifecycleStage.Ended)],
            lifecycle.Of(ImageDefinitions.Parse(), today).Select(status => (status.Name, status.Stage))
        );
        string other = ImageDefinitions.Sound.Replace("version: v1.2.3", "version: v1.3.0", StringComparison.Ordinal);
        Assert.Equal(LifecycleStage.Unknown, lifecycle.Of(ImageDefinitions.Parse(other), today)[1].Stage);
        string github = ImageDefinitions.Sound.Replace(
            "{ kubernetes: https://example.org/release }",
            "{ github: a/b }",
            StringComparison.Ordinal
        );
        Assert.Equal(["trixie"], lifecycle.Of(ImageDefinitions.Parse(github), today).Select(status => status.Name));
    }

    [Theory]
    [InlineData(
        "debian:\n  - { codename: trixie, number: \"13\", end: 2028-13-09, source: https://example.org }\n",
        "images/lifecycle.yaml:2:44: 'end' wanted a date as 2028-06-30, got '2028-13-09'"
    )]
    [InlineData("debian:\n  - { codename: trixie, number: \"13\", end: 2028-08-09 }\n", "'source' is missing")]
    [InlineData("kubernetes:\n  - { minor: 1.36, end: 2028-08-09, source: https://example.org }\n", "got 1.36; put it in quotes")]
    [InlineData("kubernetes:\n  - { minor: \"1.36\", ends: 2028-08-09, source: https://example.org }\n", "did you mean 'end'?")]
    [InlineData(
        "debian:\n  - { codename: a, number: \"1\", end: 2028-08-09, source: https://a.b }\n  - { codename: a, number: \"1\", end: "
            + "2029-08-09, source: https://a.b }\n",
        "debian a is listed twice"
    )]
    public void What_is_written_wrongly_is_refused_with_its_place(string text, string complaint) =>
        Assert.Contains(complaint, Assert.Throws<DefinitionException>(() => Read(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_what_the_product_s_own_images_are_made_all_is_written_down()
    {
        Lifecycle lifecycle = LifecycleFile.Read(ImageDefinitions.Real);
        foreach (string name in ImageDefinitionFile.Names(ImageDefinitions.Real))
            Assert.DoesNotContain(
                lifecycle.Of(ImageDefinitionFile.Read(Path.Combine(ImageDefinitions.Real, name)), new DateOnly(2026, 11, 21)),
                status => status.Stage == LifecycleStage.Unknown
            );
        Assert.Equal("13", lifecycle.NumberOf("trixie"));
        Assert.Null(LifecycleFile.Read(_folder).NumberOf("trixie"));
    }

    private Lifecycle Read(string text)
    {
        File.WriteAllText(Path.Combine(_folder, LifecycleFile.FileName), text);
        return LifecycleFile.Read(_folder);
    }
}
