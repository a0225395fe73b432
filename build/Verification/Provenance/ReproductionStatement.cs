using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// What somebody says who built a release a second time and got the same: the predicate that <c>docs/attestations/reproduction-v1.md</c>
/// describes. There is none of what came out otherwise.
/// </summary>
public sealed record ReproductionStatement
{
    /// <summary>The predicate type: the address of the page that says what each member means.</summary>
    public const string Type = "https://github.com/poseidon/slipway/blob/main/docs/attestations/reproduction-v1.md";

    private const int MaximumSize = 1024 * 1024;
    private const int MostDigests = 64;

    public required ReproductionResult Result { get; init; }

    public required string Image { get; init; }

    /// <summary>The https address of the repository.</summary>
    public required string Source { get; init; }

    public required string Commit { get; init; }

    public required Digest Definition { get; init; }

    public required Digest Lock { get; init; }

    /// <summary>The digests that came out: the statement's subjects where the result is identical.</summary>
    public required ImmutableArray<Digest> Rebuilt { get; init; }

    /// <summary>Of whoever built it again, a URI as in a provenance.</summary>
    public required string RebuilderId { get; init; }

    /// <summary>The version of the .NET SDK that compiled what built it again.</summary>
    public required string Sdk { get; init; }

    /// <summary>The version of the .NET runtime that it ran on.</summary>
    public required string Runtime { get; init; }

    /// <summary>A whole second of UTC.</summary>
    public required DateTimeOffset FinishedOn { get; init; }

    /// <summary>What is to be signed about some released manifests; the same said at another time will do.</summary>
    public WantedStatement About(ImmutableArray<Digest> subjects) => new(subjects, Type, ToBytes()) { Accepts = IsToldBy };

    /// <summary>Whether it is of the source that a provenance names.</summary>
    public bool IsOf(BuildParameters said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return (Image, Source, Commit, Definition, Lock) == (said.Image, said.Source, said.Commit, said.Definition, said.Lock);
    }

    /// <summary>The predicate; the same statement always gives the same bytes.</summary>
    public byte[] ToBytes() =>
        OciJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("result", Result.Name());
            writer.WriteString("image", Image);
            writer.WriteStartObject("source");
            writer.WriteString("repository", Source);
            writer.WriteString("commit", Commit);
            writer.WriteString("definition", Definition.ToString());
            writer.WriteString("lock", Lock.ToString());
            writer.WriteEndObject();
            ReleaseJson.WriteStrings(writer, "rebuilt", Rebuilt.Select(digest => digest.ToString()));
            writer.WriteStartObject("rebuilder");
            writer.WriteString("id", RebuilderId);
            writer.WriteEndObject();
            writer.WriteStartObject("toolchain");
            writer.WriteString("sdk", Sdk);
            writer.WriteString("runtime", Runtime);
            writer.WriteEndObject();
            writer.WriteString("finishedOn", UtcSecond.Text(FinishedOn));
            writer.WriteEndObject();
        });

    /// <summary>Members that are not known play no part.</summary>
    /// <exception cref="ContentException">It is no such predicate. Parse only what a signature was verified over.</exception>
    public static ReproductionStatement Parse(ReadOnlyMemory<byte> predicate) =>
        predicate.Length > MaximumSize
            ? throw new ContentException($"reproduction: wanted at most {MaximumSize} bytes, got {predicate.Length}")
            : OciJson.Read(predicate, "reproduction", Read);

    private static ReproductionStatement Read(JsonElement root)
    {
        JsonElement source = root.Required("source"),
            toolchain = root.Required("toolchain");
        ImmutableArray<Digest> rebuilt =
        [
            .. root.Items("rebuilt").Take(MostDigests + 1).Select(item => Digest.Parse(item.TextOf("rebuilt"))),
        ];
        if (rebuilt.Length is 0 or > MostDigests)
            throw new ContentException($"rebuilt wanted 1 to {MostDigests} digests, got {(rebuilt.IsEmpty ? "none" : "more")}");
        string word = root.RequiredString("result"),
            time = root.RequiredString("finishedOn");
        return new ReproductionStatement
        {
            Result =
                word == ReproductionResult.Identical.Name() ? ReproductionResult.Identical
                : word == ReproductionResult.SameContent.Name() ? ReproductionResult.SameContent
                : throw new ContentException($"result wanted identical or same-content, got '{Printable.Of(word)}'"),
            Image = ResourceDescriptor.Text(root.RequiredString("image")),
            Source = ResourceDescriptor.Text(source.RequiredString("repository")),
            Commit = ResourceDescriptor.Text(source.RequiredString("commit")),
            Definition = Digest.Parse(source.RequiredString("definition")),
            Lock = Digest.Parse(source.RequiredString("lock")),
            Rebuilt = rebuilt,
            RebuilderId = ResourceDescriptor.Text(root.Required("rebuilder").RequiredString("id")),
            Sdk = ResourceDescriptor.Text(toolchain.RequiredString("sdk")),
            Runtime = ResourceDescriptor.Text(toolchain.RequiredString("runtime")),
            FinishedOn = UtcSecond.TryParse(time, out DateTimeOffset finished)
                ? finished
                : throw new ContentException($"finishedOn wanted a whole second of UTC, got '{Printable.Of(time)}'"),
        };
    }

    private bool IsToldBy(ReadOnlyMemory<byte> predicate)
    {
        try
        {
            ReproductionStatement other = Parse(predicate);
            return (other with { FinishedOn = FinishedOn }).ToBytes().AsSpan().SequenceEqual(ToBytes());
        }
        catch (ContentException)
        {
            return false;
        }
    }
}
