using System.Text.Json;
using PuppeteerSharp.Input;
using Slipway.Pages;
using Slipway.Pages.Tests;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>The report as a person meets it, in a real browser.</summary>
public sealed class ReportTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    internal const string AxeName = "axe-core";

    private static readonly NpmPackage Axe = new(
        AxeName,
        "4.14.1",
        "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
    );

    private const string Hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>javascript:alert(3)\u202e\u0007&amp;</style>";

    [Fact]
    public async Task It_asks_for_nothing_says_nothing_on_the_console_and_every_button_copies_what_stands_beside_it()
    {
        await chromium.RehearseAsync();
        await using OpenedPage page = await chromium.OpenAsync(chromium.Page);
        int buttons = await page.AskAsync<int>("document.querySelectorAll('button').length");
        Assert.True(buttons > 4);
        for (int at = 0; at < buttons; at++)
        {
            await page.AskAsync<object>($"document.querySelectorAll('button')[{at}].click()");
            await page.Page.WaitForExpressionAsync($"document.querySelectorAll('button')[{at}].textContent === 'Copied'");
            Assert.Equal(
                await page.AskAsync<string>($"document.querySelectorAll('.copied')[{at}].querySelector('code').textContent"),
                await PastedAsync(page)
            );
        }

        Assert.Empty(page.Said);
        Assert.Empty(page.Asked);
    }

    [Fact]
    public async Task Its_digests_tags_and_registries_are_those_of_the_record()
    {
        await chromium.RehearseAsync();
        await using OpenedPage page = await chromium.OpenAsync(chromium.Page);
        JsonElement record = JsonDocument
            .Parse(await File.ReadAllBytesAsync(chromium.Record, TestContext.Current.CancellationToken))
            .RootElement;
        Assert.Equal(
            record.GetProperty("subjects").EnumerateArray().Select(subject => subject.GetProperty("digest").GetString()),
            await page.AskAsync<string[]>("Array.from(document.querySelectorAll('.digests code'), code => code.textContent)")
        );
        JsonElement[] destinations = [.. record.GetProperty("destinations").EnumerateArray()];
        Assert.Equal(
            destinations.Select(one => one.GetProperty("repository").GetString()),
            await page.AskAsync<string[]>("Array.from(document.querySelectorAll('.registry .what'), what => what.textContent)")
        );
        Assert.Equal(
            destinations[0].GetProperty("tags").EnumerateObject().Select(tag => tag.Name).Order(StringComparer.Ordinal),
            await page.AskAsync<string[]>(
                "Array.from(document.querySelectorAll('[aria-label^=\"Tags of\"] tbody th'), th => th.textContent)"
            )
        );
    }

    [Fact]
    public async Task The_search_leaves_the_rows_that_have_all_words_and_counts_them()
    {
        await using OpenedPage page = await chromium.OpenAsync(PageOf(Reported.Image(packages: 400)));
        await page.Page.TypeAsync("input[type=search]", "p39 debian");
        string[] shown = await page.AskAsync<string[]>(
            "Array.from(document.querySelectorAll('table[id$=packages] tbody tr:not([hidden])'), row => row.textContent)"
        );
        Assert.NotEmpty(shown);
        Assert.All(shown, row => Assert.Contains("p39", row, StringComparison.OrdinalIgnoreCase));
        int all = await page.AskAsync<int>("document.querySelectorAll('table[id$=packages] tbody tr').length");
        Assert.True(all >= 400);
        Assert.Equal(
            $"{shown.Length} of {all}",
            await page.AskAsync<string>("document.querySelector('.search [role=status]').textContent")
        );
        await page.Page.TypeAsync("input[type=search]", " nothing has this");
        Assert.Equal($"0 of {all}", await page.AskAsync<string>("document.querySelector('.search [role=status]').textContent"));
        Assert.True(new FileInfo(PageOf(Reported.Image(packages: 400))).Length < 1_000_000);
    }

    [Theory]
    [InlineData(360)]
    [InlineData(768)]
    [InlineData(1280)]
    public async Task It_fits_any_width(int width)
    {
        await chromium.RehearseAsync();
        foreach (string file in (string[])[chromium.Page, PageOf(Reported.Image(packages: 30))])
        {
            await using OpenedPage page = await chromium.OpenAsync(file, width);
            Assert.InRange(await page.AskAsync<int>("document.documentElement.scrollWidth"), 1, width);
        }
    }

    [Fact]
    public async Task The_keyboard_reaches_everything_that_can_be_used_or_scrolled()
    {
        await chromium.RehearseAsync();
        await using OpenedPage page = await chromium.OpenAsync(chromium.Page);
        await page.AskAsync<object>("document.querySelectorAll('details').forEach(details => { details.open = true; })");
        int usable = await page.AskAsync<int>("document.querySelectorAll('a[href],button,input,summary,[tabindex=\"0\"]').length");
        HashSet<int> reached = [];
        // Chromium stops at what scrolls, too.
        for (int at = 0; at < 2 * usable && reached.Count(one => one >= 0) < usable; at++)
        {
            await page.Page.Keyboard.PressAsync(Key.Tab);
            reached.Add(
                await page.AskAsync<int>(
                    "Array.from(document.querySelectorAll('a[href],button,input,summary,[tabindex=\"0\"]')).indexOf(document.activeElement)"
                )
            );
        }

        Assert.Superset(Enumerable.Range(0, usable).ToHashSet(), reached);
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task A_judge_of_accessibility_finds_nothing(string scheme)
    {
        await chromium.RehearseAsync();
        string axe;
        try
        {
            axe = await File.ReadAllTextAsync(await Axe.FileAsync("package/axe.min.js"), TestContext.Current.CancellationToken);
        }
        catch (PeerMissingException e)
        {
            throw PeerPrograms.Missing(AxeName, e.Message);
        }

        foreach (string file in (string[])[chromium.Page, PageOf(Reported.Image(packages: 30))])
        {
            await using OpenedPage page = await chromium.OpenAsync(file, 360, scheme);
            await page.AskAsync<object>(axe + "; null");
            string[] found = await page.AskAsync<string[]>(
                "axe.run().then(found => found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html} ${node.failureSummary}`)))"
            );
            Assert.Equal("", string.Join('\n', found));
            Assert.True(await page.AskAsync<int>("axe.run().then(found => found.passes.length)") > 15);
        }
    }

    [Fact]
    public async Task What_others_wrote_is_text_and_nothing_else()
    {
        await using OpenedPage plain = await chromium.OpenAsync(PageOf(Reported.Image()));
        await using OpenedPage page = await chromium.OpenAsync(PageOf(Reported.Image(Hostile)));
        Assert.Empty(page.Said);
        Assert.Empty(page.Asked);
        foreach (string tags in (string[])["script", "style", "img", "a[href^=javascript]", "[onerror]", "[style]"])
            Assert.Equal(
                (tags, await plain.AskAsync<int>($"document.querySelectorAll('{tags}').length")),
                (tags, await page.AskAsync<int>($"document.querySelectorAll('{tags}').length"))
            );
        Assert.Contains("<script>alert(1)</script>", await page.AskAsync<string>("document.body.textContent"), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', await page.AskAsync<string>("document.body.textContent"));
    }

    /// <summary>What the clipboard holds, by pasting it.</summary>
    private static async Task<string> PastedAsync(OpenedPage page)
    {
        await page.AskAsync<object>(
            "(() => { const area = document.createElement('textarea'); area.id = 'pasted'; document.body.append(area); area.focus(); })()"
        );
        await page.Page.Keyboard.DownAsync(Key.Control);
        await page.Page.Keyboard.PressAsync("v");
        await page.Page.Keyboard.UpAsync(Key.Control);
        return await page.AskAsync<string>(
            "(() => { const area = document.getElementById('pasted'); area.remove(); return area.value; })()"
        );
    }

    private string PageOf(ReportedImage image)
    {
        string file = _folder.At($"{Guid.NewGuid():n}.html");
        File.WriteAllBytes(file, new ReportPage([image]).ToBytes());
        return file;
    }
}
