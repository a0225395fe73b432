using Slipway.Inspection;

namespace Slipway.Pages;

/// <summary>Whether an image is what its contract says: violations, how much of each budget is used, and what containers did.</summary>
internal sealed class ContractResults(ReportedImage image)
{
    public Html ToHtml() => Html.Of($"{Inspection()}{Budgets()}{Smoke()}");

    private Html Inspection() =>
        image.Inspection.Violations.IsEmpty
            ? Html.Of(
                $"""<p><span class="good">Every rule holds</span> on {string.Join(" and ", image.Platforms.Select(platform => platform.Image.Platform))}.</p>"""
            )
            : Html.Of(
                $"""
                <p><span class="bad">{Words.Count(image.Inspection.Violations.Length, "violation")}</span></p>
                <div class="scroll" role="region" tabindex="0" aria-label="Violations"><table>
                <thead><tr><th scope="col">Platform</th><th scope="col">Path</th><th scope="col">Rule</th><th scope="col">Problem</th><th scope="col">What to do</th></tr></thead>
                <tbody>{image.Inspection.Violations.Select(Violation)}</tbody></table></div>

                """
            );

    private static Html Violation(Violation found) =>
        Html.Of(
            $"""
            <tr><td>{found.Platform.ToString()}</td><th scope="row"><code>{found.Path}</code></th><td>{found.Rule}</td><td class="text">{found.Problem}</td><td class="text">{found.Mend}</td></tr>

            """
        );

    private Html Budgets() =>
        Html.Of(
            $"""
            <div class="scroll" role="region" tabindex="0" aria-label="Budgets of layers"><table>
            <thead><tr><th scope="col">Layer</th><th scope="col">Platform</th><th scope="col" class="number">Compressed</th><th scope="col" class="number">Budget</th><th scope="col">Used</th></tr></thead>
            <tbody>{image.Platforms.SelectMany(platform =>
                LayerSizes.Of(platform).Select(layer => Budget(platform, layer))
            )}</tbody></table></div>

            """
        );

    private Html Budget(ReportedPlatform platform, LayerSizes layer)
    {
        LayerBudget? budget = image.Contract.Budgets.FirstOrDefault(budget => budget.Layer == layer.Name);
        double share = budget is null ? 0 : 100.0 * layer.Compressed / ((long)budget.CompressedMiB << 20);
        return Html.Of(
            $"""
            <tr><th scope="row">{layer.Name}</th><td>{platform.Image.Platform.ToString()}</td><td class="number">{Words.MiB(
                layer.Compressed
            )}</td><td class="number">{(
                budget is null ? "–" : $"{budget.CompressedMiB} MiB"
            )}</td><td><meter min="0" max="100" high="90" value="{share}" aria-label="{layer.Name} on {platform.Image.Platform.ToString()}">{(long)share}%</meter> <span class="dim">{(long)share}%</span></td></tr>

            """
        );
    }

    private Html Smoke() =>
        image.Smoke is null
            ? Html.Of(
                $"""<p class="dim">The contract's {Words.Count(image.Contract.Commands.Length, "command")} did not run in containers: Smoke was not part of this.</p>"""
            )
            : Html.Of($"""<ul class="plain">{image.Smoke.Platforms.Select(Smoked)}</ul>""");

    private static Html Smoked(SmokedPlatform platform) =>
        Html.Of(
            $"""
            <li>{platform.Platform.ToString()}: {(
                platform.Passed
                    ? Html.Of($"""<span class="good">{Words.Count(platform.Commands, "command")} passed in a container</span>""")
                    : Html.Of($"""<span class="bad">{platform.NotRun ?? string.Join("; ", platform.Failures)}</span>""")
            )}</li>

            """
        );
}
