using System.Collections.Immutable;
using Slipway.Release;

namespace Slipway.Pages;

/// <summary>What an image holds otherwise than the release before.</summary>
internal static class ChangesTable
{
    public static Html Of(ReleaseFacts facts) =>
        facts.Earlier switch
        {
            null => Html.Of($"<p>There is no release before this one to compare with.</p>"),
            { Changes: null } earlier => Html.Of($"<p>What <code>{earlier.Tag}</code> held is not known.</p>"),
            { Changes: { IsEmpty: true } } earlier => Html.Of(
                $"<p>The same packages and upstream files as <code>{earlier.Tag}</code>.</p>"
            ),
            { Changes: { } changes } earlier => Table(earlier.Tag, changes),
        };

    private static Html Table(string tag, ImmutableArray<ContentChange> changes) =>
        Html.Of(
            $"""
            <p>{Words.Count(changes.Length, "change")} since <code>{tag}</code>.</p>
            <div class="scroll" role="region" tabindex="0" aria-label="Changes since {tag}"><table>
            <thead><tr><th scope="col">Name</th><th scope="col">From</th><th scope="col">To</th><th scope="col">Fixes</th></tr></thead>
            <tbody>{changes.Select(Row)}</tbody></table></div>
            """
        );

    private static Html Row(ContentChange change) =>
        Html.Of(
            $"""
            <tr><th scope="row">{change.Name}</th><td>{change.From ?? "–"}</td><td>{change.To ?? "–"}</td><td>{string.Join(
                ", ",
                change.Fixes
            )}</td></tr>

            """
        );
}
