using System.Globalization;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Verification;

namespace Slipway.Pages;

/// <summary>What the report says of one image.</summary>
internal sealed class ImageSection(ReportedImage image)
{
    private readonly ReleaseFacts _facts = image.Facts;
    private readonly string _id = $"image-{image.Facts.Image.Name}";

    public Html ToHtml() =>
        Html.Of(
            $"""
            <article id="{_id}" aria-labelledby="{_id}-title">
            <header><h2 id="{_id}-title">{_facts.Image.Name} <span class="version">{_facts.Record.Release}</span></h2>
            <p>{_facts.Description}.</p>
            {Links()}</header>
            {Facts()}
            {Parts().Select(part => Section(part.Name, part.Title, part.Content()))}
            </article>

            """
        );

    private Html Section(string name, string title, Html content) =>
        Html.Of(
            $"""
            <section id="{_id}-{name}" aria-label="{title}, {_facts.Image.Name}"><h3>{title}</h3>
            {content}</section>

            """
        );

    private Html Links() =>
        Html.Of(
            $"""
            <nav class="in" aria-label="Parts of {_facts.Image.Name}"><ul>{Parts().Select(part =>
                Html.Of($"""<li><a href="#{_id}-{part.Name}">{part.Title}</a></li>""")
            )}</ul></nav>
            """
        );

    private IEnumerable<(string Name, string Title, Func<Html> Content)> Parts() =>
        [
            ("digests", "Images", Digests),
            ("registries", "Registries and tags", Registries),
            ("sizes", "Size", () => Html.Of($"""<div class="figures">{image.Platforms.Select(SizeDrawing.Of)}</div>""")),
            ("changes", "Changes", () => ChangesTable.Of(_facts)),
            .. _facts.Weaknesses is { } known
                ? [("vulnerabilities", "Known vulnerabilities", () => VulnerabilityTable.Of(_facts.Image.Name, known))]
                : Array.Empty<(string, string, Func<Html>)>(),
            ("sbom", "Contents", () => new SbomTable(_id, image.Platforms).ToHtml()),
            ("contract", "Contract", () => new ContractResults(image).ToHtml()),
            ("verify", "Verify", Commands),
        ];

    private Html Facts() =>
        Html.Of(
            $"""
            <dl class="facts">
            {Fact("Publication", Badge(_facts.Record.IsComplete, "complete", "not complete"))}
            {Fact("Signatures", Verdict())}
            {Fact("Contract", Badge(image.Inspection.Passed, "holds", "broken"))}
            {Fact("Debian packages", Html.Of($"{_facts.Packages}"))}
            {Fact("Commit", Html.Of($"""<code>{_facts.Git.ShortCommit}</code>"""))}
            {_facts.Upstream.Select(file => Fact(file.Name, Html.Of($"{file.Version}")))}</dl>
            """
        );

    private static Html Fact(string name, Html value) => Html.Of($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    private static Html Badge(bool isGood, string good, string bad) =>
        isGood ? Html.Of($"""<span class="good">{good}</span>""") : Html.Of($"""<span class="bad">{bad}</span>""");

    private Html Verdict() =>
        image.Verdicts.IsEmpty
            ? Html.Of($"""<span class="dim">not verified in this run</span>""")
            : Badge(image.Verdicts.All(place => place.Passed), "verified", "NOT verified");

    private Html Digests() =>
        Html.Of(
            $"""
            <ul class="digests">
            {Subject("all platforms", _facts.Image.Index, null)}{image.Platforms.Select(platform =>
                Subject(platform.Image.Platform.ToString(), platform.Image.Manifest, platform)
            )}</ul>
            <p class="dim">Signed by <code>{_facts.Signer.Name}</code>.</p>
            """
        );

    private Html Subject(string title, Descriptor subject, ReportedPlatform? platform) =>
        Html.Of(
            $"""
            <li><span class="what">{title}</span> <span class="dim">{(
                platform is null
                    ? "index"
                    : $"{Words.Size(platform.Compressed)} in {Words.Count(platform.Image.Layers.Length, "layer")}{Since(platform)}"
            )}</span>
            {Copied($"digest of {_facts.Image.Name}, {title}", subject.Digest.ToString())}</li>

            """
        );

    private string Since(ReportedPlatform platform) =>
        _facts.Earlier?.Sizes.TryGetValue(platform.Image.Platform, out long was) == true
            ? string.Create(
                CultureInfo.InvariantCulture,
                $", {(platform.Compressed - was) / 1e6:+0.0;-0.0;±0.0} MB since {_facts.Earlier.Tag}"
            )
            : "";

    /// <summary>A text that the script puts a button beside, which copies it.</summary>
    private static Html Copied(string what, string text) =>
        Html.Of($"""<span class="copied" data-what="{what}"><code>{text}</code></span>""");

    private Html Registries() =>
        Html.Of(
            $"""
            {_facts.Destinations.Select(Registry)}
            <div class="scroll" role="region" tabindex="0" aria-label="Tags of {_facts.Image.Name}"><table>
            <thead><tr><th scope="col">Tag</th><th scope="col">Names</th>{_facts.Repositories.Select(site =>
                Html.Of($"""<th scope="col">{site.Host}</th>""")
            )}</tr></thead>
            <tbody>{TagNames().Select(TagRow)}</tbody></table></div>
            """
        );

    private Html Registry(Reference place) =>
        _facts.Record.Tags.ContainsKey(place.Name)
            ? Html.Of(
                $"""
                <div class="registry"><span class="what">{place.Name}</span> {PlaceVerdict(place)}
                {Copied($"reference at {place.Host}", place.WithDigest(_facts.Image.Index.Digest).ToString())}</div>

                """
            )
            : Html.Of(
                $"""<div class="registry"><span class="what">{place.Name}</span> <span class="bad">not published there</span></div>"""
            );

    private Html PlaceVerdict(Reference place) =>
        image.Verdicts.FirstOrDefault(verdict => verdict.Place == place.Name) is not { } found
            ? Html.Empty
            : Html.Of($"{Badge(found.Passed, "verified", "NOT verified")} {Failures(found)}");

    private static Html Failures(PlaceVerdict place) =>
        Html.Of($"{place.Result?.Failures.FirstOrDefault()?.Text ?? place.Unreachable?.Message}");

    private IEnumerable<string> TagNames() =>
        _facts.Record.Tags.Values.SelectMany(tags => tags.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private Html TagRow(string tag) =>
        Html.Of(
            $"""
            <tr><th scope="row"><code>{tag}</code></th><td>{Named(tag)}</td>{_facts.Repositories.Select(site =>
                Html.Of($"""<td>{(_facts.Record.Tags[site.Name].ContainsKey(tag) ? Html.Of($"yes") : Html.Of($"""<span class="no">no</span>"""))}</td>""")
            )}</tr>

            """
        );

    /// <summary>The platform whose manifest a tag names, or all; what it is otherwise where the registries differ.</summary>
    private string Named(string tag)
    {
        Digest[] digests = [.. _facts.Record.Tags.Values.Select(tags => tags.GetValueOrDefault(tag)).OfType<Digest>().Distinct()];
        if (digests is not [var digest])
            return "several";
        AssembledPlatform? platform = _facts.Image.Platforms.FirstOrDefault(platform => platform.Manifest.Digest == digest);
        return platform?.Platform.ToString() ?? (digest == _facts.Image.Index.Digest ? "all platforms" : digest.Abbreviated);
    }

    private Html Commands()
    {
        VerifyCommands commands = new(_facts);
        return Html.Of(
            $"""
            {(
                _facts.IsRehearsal
                    ? Html.Of(
                        $"<p class=\"dim\">This was a rehearsal: the registries of these commands have nothing of it. A release is verified so:</p>"
                    )
                    : Html.Empty
            )}
            {Command("The images, with cosign", commands.Images)}
            {Command("Everything that is signed, from a checkout", commands.Ours)}
            {Command("Build it again and compare", commands.Reproduce)}
            {Command("Downloaded files of the release", commands.Files)}
            {Command("With a program of this release", commands.Programs)}
            """
        );
    }

    private static Html Command(string what, string commands) =>
        commands.Length == 0
            ? Html.Empty
            : Html.Of(
                $"""
                <h4>{what}</h4>
                <div class="copied" data-what="commands: {what}"><pre tabindex="0"><code>{commands.TrimEnd()}</code></pre></div>

                """
            );
}
