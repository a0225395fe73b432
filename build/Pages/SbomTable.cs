using System.Collections.Immutable;

namespace Slipway.Pages;

/// <summary>The SBOMs of an image as one table, which the script can search; without it, all of it is there.</summary>
/// <param name="id">Begins the ids of its elements.</param>
internal sealed class SbomTable(string id, ImmutableArray<ReportedPlatform> platforms)
{
    public Html ToHtml()
    {
        ImmutableArray<SbomRow> rows = SbomRow.Of(platforms);
        return Html.Of(
            $"""
            <div class="search" hidden><label for="{id}-search">Search packages</label>
            <input id="{id}-search" type="search" autocomplete="off" spellcheck="false" data-table="{id}-packages" placeholder="name, version or licence">
            <p role="status" id="{id}-count"></p></div>
            <div class="scroll tall" role="region" tabindex="0" aria-label="Packages"><table id="{id}-packages">
            <caption>{Words.Count(rows.Length, "package")} of the SBOMs</caption>
            <thead><tr><th scope="col">Name</th><th scope="col">Version</th><th scope="col">From</th><th scope="col">Licence</th><th scope="col">Platforms</th><th scope="col" class="number">Unpacked</th></tr></thead>
            <tbody>
            {rows.Select(Row)}</tbody></table></div>
            """
        );
    }

    private Html Row(SbomRow row) =>
        Html.Of(
            $"""
            <tr><th scope="row">{row.Name}</th><td>{row.Version}</td><td>{row.Kind}</td><td class="text">{row.Licence}</td><td>{(
                row.Architectures.Length == platforms.Length ? "all" : string.Join(", ", row.Architectures)
            )}</td><td class="number">{(row.Bytes is { } bytes ? Words.Size(bytes) : "")}</td></tr>

            """
        );
}
