using System.Text.Json;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>One platform of an image whose platforms were assembled apart: who made it, when, and by what.</summary>
public sealed record AssemblyPart
{
    public required Platform Platform { get; init; }

    /// <summary>What was made: the digest of the platform's manifest.</summary>
    public required Digest Manifest { get; init; }

    /// <summary>The digest of the <see cref="AssemblyRecord"/> that was beside the layout, byte for byte.</summary>
    public required Digest Record { get; init; }

    public required Toolchain Toolchain { get; init; }

    public required AssemblyOrigin Origin { get; init; }

    /// <summary>A whole second of UTC, as is <see cref="FinishedOn"/>.</summary>
    public required DateTimeOffset StartedOn { get; init; }

    public required DateTimeOffset FinishedOn { get; init; }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("platform", Platform.ToString());
        writer.WriteString("manifest", Manifest.ToString());
        writer.WriteString("record", Record.ToString());
        Toolchain.Write(writer);
        writer.WriteString("startedOn", UtcSecond.Text(StartedOn));
        writer.WriteString("finishedOn", UtcSecond.Text(FinishedOn));
        Origin.Write(writer);
        writer.WriteEndObject();
    }

    /// <exception cref="ContentException">It is none.</exception>
    internal static AssemblyPart Read(JsonElement element) =>
        new()
        {
            Platform = Platform.Parse(element.RequiredString("platform")),
            Manifest = Digest.Parse(element.RequiredString("manifest")),
            Record = Digest.Parse(element.RequiredString("record")),
            Toolchain = Toolchain.Read(element),
            StartedOn = AssemblyRecord.Time(element.RequiredString("startedOn")),
            FinishedOn = AssemblyRecord.Time(element.RequiredString("finishedOn")),
            Origin = AssemblyOrigin.Read(element) ?? throw new ContentException("a part names no builder"),
        };
}
