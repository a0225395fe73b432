using System.Globalization;
using Slipway.Images;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Release;

/// <summary>
/// What a release's page says, in GitHub Flavored Markdown: which digest stands where, how to check it, what it holds otherwise than the
/// release before. The same facts give the same notes; of more changes than there is room for, the first.
/// </summary>
/// <param name="facts">What is known of the release.</param>
public sealed class ReleaseNotes(ReleaseFacts facts)
{
    /// <summary>In characters: below what GitHub takes as the text of a release, 125000.</summary>
    public const int Longest = 120_000;

    /// <summary>For the sentence behind a table that is cut.</summary>
    private const int Reserve = 200;

    private readonly VerifyCommands _commands = new(facts);

    public override string ToString()
    {
        Markdown notes = new();
        Warn(notes);
        notes.Paragraph($"{MarkdownText.Text(facts.Description)}. {Upstream()}, from commit {MarkdownText.Code(facts.Git.Commit)}.");
        Images(notes);
        Verification(notes);
        Node(notes);
        Contents(notes);
        Weaknesses(notes);
        return notes.ToString();
    }

    private void Warn(Markdown notes)
    {
        if (facts.IsRehearsal)
            notes.Warning(
                $"This was a rehearsal{(facts.StandIn is null ? "" : $", with stand-ins for {MarkdownText.Text(facts.StandIn)}")}. "
                    + "Nothing of it is published."
            );
        string[] unsigned =
        [
            .. facts
                .Upstream.Where(file => file.Accepted is not null)
                .Select(file =>
                    $"**{MarkdownText.Text(file.Name)} {MarkdownText.Text(file.Version)}** was taken for its checksum "
                    + $"alone: {MarkdownText.Text(file.Accepted!)}."
                ),
        ];
        if (unsigned.Length > 0)
            notes.Warning(unsigned);
        if (!facts.LeftOut.IsEmpty)
            notes.Warning($"Made without {string.Join(", ", facts.LeftOut.Select(MarkdownText.Text))}, which could not be downloaded.");
    }

    private string Upstream() =>
        string.Join(
            ", ",
            facts.Upstream.Select(file =>
                $"{MarkdownText.Text(file.Name)} {MarkdownText.Text(file.Version)}{(file.Signature is null ? "" : $" (upstream's signature: {MarkdownText.Text(file.Signature)})")}"
            )
        );

    private void Images(Markdown notes)
    {
        notes.Heading("Images");
        notes.Table(
            ["repository", "platform", "tag", "digest", "compressed"],
            facts.Repositories.SelectMany(repository =>
                facts
                    .Image.Platforms.Select(platform => Row(repository, platform))
                    .Prepend([
                        MarkdownText.Code(repository.Name),
                        "all",
                        MarkdownText.Code(facts.Record.Release),
                        MarkdownText.Code(facts.Image.Index.Digest.ToString()),
                        "",
                    ])
            )
        );
        if (facts.Destinations.Select(repository => repository.Name).Except(facts.Record.Tags.Keys).ToArray() is { Length: > 0 } missing)
            notes.Paragraph($"Not published to {string.Join(", ", missing.Select(MarkdownText.Code))}.");
    }

    private IReadOnlyList<string> Row(Reference repository, AssembledPlatform platform) =>
        [
            MarkdownText.Code(repository.Name),
            platform.Platform.ToString(),
            MarkdownText.Code($"{facts.Record.Release}-{platform.Platform.Architecture}"),
            MarkdownText.Code(platform.Manifest.Digest.ToString()),
            Size(platform),
        ];

    private string Size(AssembledPlatform platform)
    {
        long size = platform.Layers.Sum(layer => layer.Blob.Size);
        string now = string.Create(CultureInfo.InvariantCulture, $"{size / 1e6:0.0} MB");
        return facts.Earlier?.Sizes.TryGetValue(platform.Platform, out long was) == true
            ? string.Create(CultureInfo.InvariantCulture, $"{now} ({(size - was) / 1e6:+0.0;-0.0;±0.0})")
            : now;
    }

    private void Verification(Markdown notes)
    {
        string key = facts.Signer is VerificationKey trusted
            ? $" by {MarkdownText.Text(trusted.Name)}. Get {MarkdownText.Code(VerifyCommands.KeyName)} from another source, or "
                + $"compare it: its fingerprint is {MarkdownText.Code(trusted.Fingerprint.ToString())}"
            : $" by {MarkdownText.Code(facts.Signer.Name)}, without a key";
        notes.Heading("Verify");
        notes.Paragraph(
            $"Everything is signed{key}. The files of this release, in a folder with {MarkdownText.Code(ChecksumList.FileName)}:"
        );
        notes.Fenced("sh", _commands.Files);
        if (_commands.Programs.Length > 0)
        {
            notes.Paragraph(
                "The images, with a program of this release, which needs neither cosign nor .NET: first that it was compiled from this "
                    + "commit, then the image, its provenance and its SBOM:"
            );
            notes.Fenced("sh", _commands.Programs);
        }

        notes.Paragraph("The images, with [cosign](https://docs.sigstore.dev/cosign/system_config/installation/):");
        notes.Fenced("sh", _commands.Images);
        notes.Paragraph(
            "Signatures, provenance and SBOMs on every registry, from a checkout "
                + $"of {MarkdownText.Code(facts.Git.Tag ?? facts.Git.Commit)}; and whether building it anew gives the same:"
        );
        notes.Fenced("sh", _commands.Ours + _commands.Reproduce);
    }

    private void Node(Markdown notes)
    {
        if (facts.Node is not { } unit)
            return;
        NodeFiles files = new(unit, facts.Repositories[0].WithDigest(facts.Image.Index.Digest), facts.Title);
        notes.Heading("Nodes");
        notes.Paragraph(
            $"{MarkdownText.Code(DropIn(facts.Repositories[0]))} goes to {MarkdownText.Code(files.DropInPath)}; the files that end "
                + $"in {MarkdownText.Code(".bu")} do the same as Butane snippets, for Fedora CoreOS and Flatcar "
                + $"(Typhoon's {MarkdownText.Code("worker_snippets")} and {MarkdownText.Code("controller_snippets")})."
                + (
                    facts.Repositories.Length > 1
                        ? $" Where {MarkdownText.Text(facts.Repositories[0].Host)} is out of "
                            + $"reach, {string.Join(", ", facts.Repositories.Skip(1).Select(repository => MarkdownText.Code(DropIn(repository))))} "
                            + "pulls the same bytes."
                        : ""
                )
        );
        notes.Fenced("ini", files.DropIn);
    }

    private string DropIn(Reference repository) => $"{facts.Prefix}-{repository.Host}.conf";

    private void Contents(Markdown notes)
    {
        notes.Heading("Contents");
        if (facts.Earlier is null)
        {
            notes.Paragraph(
                $"{facts.Packages} Debian packages of {string.Join(", ", facts.Suites.Select(MarkdownText.Text))}; the SBOMs list "
                    + "them. There is no release before this one to compare with."
            );
            return;
        }

        if (facts.Earlier.Changes is not { } changes)
        {
            notes.Paragraph($"{facts.Packages} Debian packages. What {MarkdownText.Code(facts.Earlier.Tag)} had is not known.");
            return;
        }

        notes.Paragraph(
            changes.IsEmpty
                ? $"The same {facts.Packages} Debian packages and upstream files as {MarkdownText.Code(facts.Earlier.Tag)}."
                : $"{facts.Packages} Debian packages. Since {MarkdownText.Code(facts.Earlier.Tag)}:"
        );
        int left = notes.Table(
            ["", "from", "to", "fixes"],
            [
                .. changes
                    .Where(change => !change.Fixes.IsEmpty)
                    .Select(change => (IReadOnlyList<string>)[.. Cells(change), string.Join(", ", change.Fixes.Select(MarkdownText.Text))]),
            ],
            Longest - Reserve
        );
        left += notes.Table(["", "from", "to"], [.. changes.Where(change => change.Fixes.IsEmpty).Select(Cells)], Longest - Reserve);
        if (left > 0)
            notes.Paragraph(string.Create(CultureInfo.InvariantCulture, $"And {left} more, which do not fit here: the SBOMs list all."));
    }

    private void Weaknesses(Markdown notes)
    {
        if (facts.Weaknesses is not { } known)
            return;
        notes.Heading("Known vulnerabilities");
        string[] open =
        [
            .. known
                .Where(weakness => weakness.IsOpen)
                .GroupBy(weakness => weakness.Severity)
                .Select(level => string.Create(CultureInfo.InvariantCulture, $"{level.Count()} {MarkdownText.Text(level.Key)}")),
        ];
        int judged = known.Count(weakness => !weakness.IsOpen);
        notes.Paragraph(
            $"When these notes were made, advisories knew {(open.Length == 0 ? "none" : string.Join(", ", open))}"
                + $"{(judged == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", and {judged} that the image is judged not to have"))}. "
                + $"That a package is listed does not say that its weakness can be reached. {MarkdownText.Code(new NextCommand("Scan").ToString())} tells what is "
                + "known today."
        );
        int left = notes.Table(
            ["", "package", "severity", "fixed in", "judgement"],
            [
                .. known
                    .Where(weakness => weakness.IsListed)
                    .Select(weakness =>
                        (IReadOnlyList<string>)
                            [
                                MarkdownText.Text(weakness.Id),
                                $"{MarkdownText.Text(weakness.Package)} {Version(weakness.Version)}",
                                MarkdownText.Text(weakness.Severity),
                                Version(weakness.FixedIn),
                                MarkdownText.Text(weakness.Judgement ?? ""),
                            ]
                    ),
            ],
            Longest - Reserve
        );
        left += known.Count(weakness => !weakness.IsListed);
        if (left > 0)
            notes.Paragraph(string.Create(CultureInfo.InvariantCulture, $"And {left} more, which are not listed here."));
    }

    private static IReadOnlyList<string> Cells(ContentChange change) =>
        [MarkdownText.Text(change.Name), Version(change.From), Version(change.To)];

    private static string Version(string? version) => version is null ? "–" : MarkdownText.Text(version);
}
