using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Trust;

namespace Slipway.Verification;

/// <summary>
/// What a distribution or its users ask of one image's releases, as a file (<c>images/policy.schema.json</c>): who must have signed, and
/// when, who must have built it again, what the provenance must say. All of it is asked, and nothing that is not in it.
/// </summary>
public sealed record PolicyFile
{
    private const int Schema = 1,
        MaximumSize = 256 * 1024,
        MostRegistries = 16,
        MostBuilders = 16;

    /// <summary>The repository that signatures name.</summary>
    public required Reference Official { get; init; }

    /// <summary>Every repository that has the same, the official one first.</summary>
    public required ImmutableArray<Reference> Registries { get; init; }

    /// <summary>The image's name, as the provenance must have it; null asks nothing.</summary>
    public string? Image { get; private init; }

    /// <summary>The https address of the source repository, as the provenance must have it; null asks nothing.</summary>
    public string? Source { get; private init; }

    public required SignerThreshold Signers { get; init; }

    /// <summary>Who must have built it again; null where nobody must.</summary>
    public SignerThreshold? Rebuilders { get; private init; }

    /// <summary>The ids of builders, one of which the provenance must name; empty where any will do.</summary>
    public ImmutableArray<string> Builders { get; private init; } = [];

    /// <summary>What a run of a CI may have been started by, as its certificate says; empty where any will do.</summary>
    public ImmutableArray<string> Triggers { get; private init; } = [];

    /// <summary>The oldest version or time that will do; null where any will.</summary>
    public NotOlderThan? NotOlderThan { get; private init; }

    /// <summary>Whether every layer is read and compared with the SBOM.</summary>
    public bool IsDeep { get; private init; }

    /// <summary>SHA-256 of the trusted root by which identities are believed; null for the one that is believed anyway.</summary>
    public Digest? TrustedRoot { get; private init; }

    /// <summary>SHA-256 of the file.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Everybody whose statements count: signers and rebuilders.</summary>
    public ImmutableArray<ITrustedSigner> Believed => [.. Signers.Of.Concat(Rebuilders?.Of ?? []).Select(one => one.Signer)];

    /// <summary>The image that it is for.</summary>
    public KnownImage Known => new(Image ?? "", Image ?? "", Source ?? "", Registries);

    /// <param name="instance">By which identities are believed.</param>
    /// <exception cref="PolicyFileException">It cannot be read, or is no such policy; says where and why.</exception>
    public static PolicyFile Read(string path, SigstoreInstance instance)
    {
        try
        {
            return Parse(RegularFile.ReadBytes(path, MaximumSize), instance);
        }
        catch (UnfitFileException e)
        {
            throw new PolicyFileException($"--policy {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PolicyFileException($"--policy {path}: it cannot be read: {e.Message}", e);
        }
        catch (ContentException e)
        {
            throw new PolicyFileException($"--policy {path}: {e.Message}", e);
        }
    }

    /// <exception cref="ContentException">It is no such policy; says where and why.</exception>
    public static PolicyFile Parse(ReadOnlyMemory<byte> json, SigstoreInstance instance) => OciJson.Read(json, "policy", root =>
        {
            KnownMembers.Require(
                root,
                "schema",
                "$schema",
                "repository",
                "registries",
                "image",
                "source",
                "signers",
                "rebuilders",
                "builders",
                "triggers",
                "notOlderThan",
                "deep",
                "trustedRoot"
            );
            _ = root.OptionalString("$schema");
            if (root.RequiredInt("schema") != Schema)
                throw new ContentException($"'schema' wanted {Schema}, got {root.RequiredInt("schema")}");
            Reference official = Repository(root.RequiredString("repository"), "repository");
            SignerThreshold signers = PolicySigners.Read(root.RequiredObject("signers"), "signers", instance);
            SignerThreshold? rebuilders = root.Find("rebuilders") is { } again ? PolicySigners.Read(again, "rebuilders", instance) : null;
            if (rebuilders?.Of.FirstOrDefault(one => signers.Of.Any(signer => PolicySigners.IsSame(signer, one))) is { } both)
                throw new ContentException(
                    $"'rebuilders': {both.Signer.Name} signs releases itself, so its word on a rebuild is no second one. Name others"
                );
            return new PolicyFile
            {
                Official = official,
                Registries =
                [
                    official,
                    .. Texts(root, "registries", MostRegistries)
                        .Select(text => Repository(text, "registries"))
                        .Where(other => !other.IsSamePlaceAs(official)),
                ],
                Image = KnownMembers.Text(root, "image"),
                Source = Address(root),
                Signers = signers,
                Rebuilders = rebuilders,
                Builders = Texts(root, "builders", MostBuilders),
                Triggers = Texts(root, "triggers", MostBuilders),
                NotOlderThan = Oldest(root),
                IsDeep = root.OptionalFlag("deep") ?? false,
                TrustedRoot = PinnedRoot(root),
                Digest = Digest.Of(json.Span),
            };
        });

    /// <summary>The same, its identities believed by another trusted root.</summary>
    public PolicyFile By(SigstoreInstance instance) =>
        this with
        {
            Signers = By(Signers, instance),
            Rebuilders = Rebuilders is null ? null : By(Rebuilders, instance),
        };

    private static SignerThreshold By(SignerThreshold signers, SigstoreInstance instance) =>
        signers with
        {
            Of =
            [
                .. signers.Of.Select(one =>
                    one.Signer is CertificateIdentity identity ? one with { Signer = identity with { Instance = instance } } : one
                ),
            ],
        };

    private static Digest? PinnedRoot(JsonElement root) =>
        KnownMembers.Text(root, "trustedRoot") is not { } text ? null
        : Digest.TryParse(text, out Digest? digest) && digest.Algorithm == "sha256" ? digest
        : throw new ContentException($"'trustedRoot' wanted a digest as sha256:…, got {Printable.Of(text)}");

    private static string? Address(JsonElement root) =>
        KnownMembers.Text(root, "source") is not { } source ? null
        : source.StartsWith("https://", StringComparison.Ordinal) ? source
        : throw new ContentException($"'source' wanted an https address, got {Printable.Of(source)}");

    /// <summary>A version or a time: whoever has this file has no clone in which a commit could be looked up.</summary>
    private static NotOlderThan? Oldest(JsonElement root)
    {
        if (KnownMembers.Text(root, "notOlderThan") is not { } text)
            return null;
        try
        {
            return Verification.NotOlderThan.Parse(text, clone: null);
        }
        catch (Exception e) when (e is FormatException or WrongUseException)
        {
            throw new ContentException($"'notOlderThan': {e.Message}", e);
        }
    }

    private static Reference Repository(string text, string member)
    {
        Reference read;
        try
        {
            read = Reference.Parse(text);
        }
        catch (ContentException e)
        {
            throw new ContentException($"'{member}': {e.Message}", e);
        }

        return read.Tag is null && read.Digest is null
            ? read
            : throw new ContentException($"'{member}': wanted a repository without tag and digest, got {Printable.Of(text)}");
    }

    private static ImmutableArray<string> Texts(JsonElement root, string name, int most)
    {
        ImmutableArray<string> texts = [.. root.Items(name).Take(most + 1).Select(item => item.TextOf(name))];
        return texts.Length > most || texts.Contains("")
            ? throw new ContentException(
                string.Create(CultureInfo.InvariantCulture, $"'{name}' wanted at most {most} texts, none of them empty")
            )
            : texts;
    }
}
