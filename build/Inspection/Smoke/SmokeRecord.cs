using System.Collections.Immutable;
using Slipway.Definitions;
using Slipway.Images;
using Slipway.Oci;

namespace Slipway.Inspection;

/// <summary>
/// What containers of an image did, by the digests of its manifests: the file that Smoke leaves, for the machine that publishes what others
/// assembled and tried.
/// </summary>
/// <param name="Image">The image's name.</param>
/// <param name="Contract">The digest of the contract whose commands were run.</param>
/// <param name="Platforms">Those that were to be tried.</param>
public sealed record SmokeRecord(string Image, Digest Contract, ImmutableArray<SmokedPlatform> Platforms)
{
    public const string FileName = "smoke.json";

    /// <summary>More bytes than this no record has.</summary>
    public const long LongestRecord = 1 << 20;

    /// <summary>The digest of an image's contract as it is now.</summary>
    public static Digest ContractOf(ImageDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Digest.Of(File.ReadAllBytes(Path.Combine(definition.Folder, Inspection.Contract.FileName)));
    }

    /// <summary>Whether this manifest did all that the contract of now asks of it.</summary>
    public bool Covers(ImageDefinition definition, Digest manifest) =>
        Contract == ContractOf(definition) && Platforms.Any(platform => platform.Manifest == manifest && platform.Passed);

    /// <summary>Reads a file that others may have made.</summary>
    /// <exception cref="ContentException">It is no such record.</exception>
    public static SmokeRecord Read(string path) =>
        OciJson.Read(LayoutPart.ReadFile(path, LongestRecord), path, root => new SmokeRecord(
            root.RequiredString("image"),
            Digest.Parse(root.RequiredString("contract")),
            [
                .. root.RequiredItems("platforms")
                    .Select(platform => new SmokedPlatform(
                        Platform.Parse(platform.RequiredString("platform")),
                        Digest.Parse(platform.RequiredString("manifest")),
                        platform.RequiredInt("commands"),
                        platform.OptionalString("notRun"),
                        [.. platform.RequiredItems("failures").Select(failure => failure.TextOf("failures"))]
                    )),
            ]
        ));

    public byte[] ToBytes() =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("image", Image);
            writer.WriteString("contract", Contract.ToString());
            writer.WriteStartArray("platforms");
            foreach (SmokedPlatform platform in Platforms)
            {
                writer.WriteStartObject();
                writer.WriteString("platform", platform.Platform.ToString());
                writer.WriteString("manifest", platform.Manifest.ToString());
                writer.WriteNumber("commands", platform.Commands);
                if (platform.NotRun is not null)
                    writer.WriteString("notRun", platform.NotRun);
                writer.WriteStartArray("failures");
                foreach (string failure in platform.Failures)
                    writer.WriteStringValue(failure);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
}

/// <summary>What one platform did.</summary>
/// <param name="Manifest">Which it was.</param>
/// <param name="Commands">How many were run.</param>
/// <param name="NotRun">Why it could not be tried; null when it was.</param>
/// <param name="Failures">What is wrong.</param>
public sealed record SmokedPlatform(Platform Platform, Digest Manifest, int Commands, string? NotRun, ImmutableArray<string> Failures)
{
    public bool Passed => NotRun is null && Failures.IsEmpty;

    /// <summary>The result of a test.</summary>
    public static SmokedPlatform Of(AssembledPlatform platform, PlatformSmoke smoke)
    {
        ArgumentNullException.ThrowIfNull(platform);
        ArgumentNullException.ThrowIfNull(smoke);
        return new SmokedPlatform(platform.Platform, platform.Manifest.Digest, smoke.Commands, smoke.NotRun, smoke.Failures);
    }
}
