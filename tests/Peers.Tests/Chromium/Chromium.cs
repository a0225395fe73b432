using PuppeteerSharp;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>A real browser that has no network but loopback's, and one rehearsal's report to look at.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly ScratchFolder _profile = new();
    private ScratchRepository? _repository;
    private IBrowser? _browser;

    /// <summary>Of the rehearsed image.</summary>
    public string Page => _repository!.At("artifacts", "rehearsal", "report", "index.html");

    /// <summary>Of the same.</summary>
    public string Record => _repository!.At("artifacts", "rehearsal", Graph.Tests.UpstreamImage.Name, "release.json");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _repository?.Dispose();
        _profile.Dispose();
    }

    /// <summary>Rehearses once, and skips the test, or in CI fails it, where there is no browser.</summary>
    public async Task RehearseAsync()
    {
        await PeerPrograms.RequireAsync(Peer.Chromium);
        if (_repository is not null)
            return;
        _repository = await Graph.Tests.UpstreamImage.CreateAsync(["amd64", "arm64"], ("a", 100_000), ("b", 3000));
        await _repository.CommitAsync("tools", "tools/v1.0.0");
        (
            await (_repository.Slipway with { Cache = _repository.Beside("cache") }).RunAsync(
                "Rehearse",
                "--upstream-mirror",
                _repository.Mirror.Path
            )
        ).Require();
    }

    /// <summary>Opens a file as a person would; the caller disposes it.</summary>
    public async Task<OpenedPage> OpenAsync(string file, int width = 1280, string scheme = "light")
    {
        _browser ??= await Puppeteer.LaunchAsync(
            new LaunchOptions
            {
                ExecutablePath = (await PeerPrograms.RequireAsync(Peer.Chromium)).File,
                UserDataDir = _profile.Path,
                // Root may not use the kernel's sandbox here; what is opened is our own.
                Args = ["--no-sandbox", "--disable-gpu", "--proxy-server=127.0.0.1:9"],
            }
        );
        return await OpenedPage.OpenAsync(await _browser.NewPageAsync(), file, width, scheme);
    }
}

/// <summary>A page, and all that it said and asked for.</summary>
public sealed class OpenedPage : IAsyncDisposable
{
    private OpenedPage(IPage page) => Page = page;

    public IPage Page { get; }

    /// <summary>Lines of the console, errors, dialogs.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Addresses beside the page's own.</summary>
    public List<string> Asked { get; } = [];

    internal static async Task<OpenedPage> OpenAsync(IPage page, string file, int width, string scheme)
    {
        OpenedPage opened = new(page);
        page.Console += (_, e) => opened.Said.Add($"console: {e.Message.Text}");
        page.PageError += (_, e) => opened.Said.Add($"error: {e.Message}");
        page.Dialog += async (_, e) =>
        {
            opened.Said.Add($"dialog: {e.Dialog.Message}");
            await e.Dialog.Dismiss();
        };
        string address = new Uri(file).AbsoluteUri;
        page.Request += (_, e) =>
        {
            if (e.Request.Url != address)
                opened.Asked.Add(e.Request.Url);
        };
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);
        await page.GoToAsync(address);
        return opened;
    }

    public Task<T> AskAsync<T>(string expression) => Page.EvaluateExpressionAsync<T>(expression);

    public ValueTask DisposeAsync() => Page.DisposeAsync();
}
