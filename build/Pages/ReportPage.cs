using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Slipway.Pages;

/// <summary>
/// The report of a release as one HTML page that needs nothing else: no network, no other file. Its own style and script are named by their
/// hashes in its Content-Security-Policy, and nothing else may be loaded or run (Content Security Policy Level 3, 2.3.1).
/// </summary>
/// <param name="images">In the order to tell them.</param>
public sealed class ReportPage(ImmutableArray<ReportedImage> images)
{
    public const string FileName = "index.html";

    private static readonly Html Style = Html.Resource("report.css");
    private static readonly Html Script = Html.Resource("report.js");

    /// <summary>When each step ran; null where that is not known.</summary>
    public Timeline? Timeline { get; init; }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(ToString());

    public override string ToString()
    {
        bool isRehearsal = images.Any(image => image.Facts.IsRehearsal);
        string title = $"{(isRehearsal ? "Rehearsal" : "Release")} of {string.Join(", ", images.Select(image => image.Facts.Title))}";
        return Html.Of(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="referrer" content="no-referrer">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(
                    Script
                )}'; base-uri 'none'; form-action 'none'">
                <title>{title}</title>
                <style>{Style}</style>
                </head>
                <body>
                <a class="skip" href="#content">Skip to the content</a>
                <header class="page"><p class="kind">{(isRehearsal ? "Rehearsal" : "Release")}</p>
                <h1>{images.Select(Heading)}</h1>
                {(isRehearsal ? RehearsalNotice() : Html.Empty)}</header>
                <nav aria-label="Sections"><ul>{images.Select(Link)}{(
                    Timeline is null ? Html.Empty : Html.Of($"""<li><a href="#timeline">Timeline</a></li>""")
                )}</ul></nav>
                <main id="content">
                {images.Select(image => new ImageSection(image).ToHtml())}
                {(Timeline is null ? Html.Empty : TimelineChart.Of(Timeline))}
                </main>
                <footer><p>Made by Slipway from what its targets left below the artifacts folder. This page loads nothing from elsewhere.</p></footer>
                <script>{Script}</script>
                </body>
                </html>

                """
            )
            .ToString();
    }

    private Html RehearsalNotice()
    {
        string standIns = string.Join(", ", images.Select(image => image.Facts.StandIn).OfType<string>().Distinct());
        return Html.Of(
            $"""<p class="notice"><b>Nothing here is published.</b> The registries were inside the process, and the key was thrown away.{(standIns.Length > 0 ? $" Stand-ins took the place of {standIns}." : "")}</p>"""
        );
    }

    private static Html Heading(ReportedImage image) =>
        Html.Of($"""<span>{image.Facts.Image.Name} <span class="version">{image.Facts.Record.Release}</span></span> """);

    private static Html Link(ReportedImage image) =>
        Html.Of($"""<li><a href="#image-{image.Facts.Image.Name}">{image.Facts.Image.Name}</a></li>""");

    /// <summary>How a policy names an element by what is in it: base64 of its SHA-256 (Content Security Policy Level 3, 6.7.2.3).</summary>
    private static string Hash(Html content) =>
        "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString())));
}
