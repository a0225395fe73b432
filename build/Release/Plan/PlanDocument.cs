using System.Text.Json;
using Slipway.Oci;
using Slipway.Verification;

namespace Slipway.Release;

/// <summary>A plan as <c>artifacts/NAME/plan.json</c>: indented JSON with sorted content; the same plan, the same bytes.</summary>
public static class PlanDocument
{
    public const string FileName = "plan.json";

    public static byte[] ToBytes(ReleasePlan plan) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writer.WriteString("image", plan.Image);
            writer.WriteString("release", plan.Release);
            writer.WriteString("standIn", plan.StandIn);
            writer.WriteBoolean("rehearsal", plan.IsRehearsal);
            writer.WriteString("rehearsalOnly", plan.RehearsalOnly);
            writer.WriteStartArray("subjects");
            foreach (Descriptor subject in plan.Subjects)
                ReleaseJson.WriteSubject(writer, subject);
            writer.WriteEndArray();
            writer.WriteStartArray("destinations");
            foreach (Reference destination in plan.Destinations)
                WriteDestination(writer, plan, destination);
            writer.WriteEndArray();
            ReleaseJson.WriteStrings(writer, "leftOut", plan.LeftOut.Select(destination => destination.Name));
            writer.WriteEndObject();
        });

    private static void WriteDestination(Utf8JsonWriter writer, ReleasePlan plan, Reference destination)
    {
        writer.WriteStartObject();
        writer.WriteString("repository", destination.Name);
        writer.WriteStartArray("signatures");
        foreach (PlannedSignature signature in plan.Signatures.Concat(plan.Attestations))
            WriteEvidence(writer, signature.Subject, signature.Tag, signature.Manifest);
        writer.WriteEndArray();
        writer.WriteStartArray("referrers");
        foreach (PlannedReferrer referrer in plan.Referrers)
            WriteEvidence(writer, referrer.Subject, null, referrer.Manifest);
        writer.WriteEndArray();
        writer.WriteStartArray("tags");
        foreach (PlannedTag tag in plan.Tags)
        {
            writer.WriteStartObject();
            writer.WriteString("tag", tag.Name);
            writer.WriteString("digest", plan.SubjectOf(tag).Digest.ToString());
            writer.WriteBoolean("moves", tag.Moves);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteEvidence(Utf8JsonWriter writer, Digest subject, string? tag, Descriptor manifest)
    {
        writer.WriteStartObject();
        writer.WriteString("subject", subject.ToString());
        if (tag is not null)
            writer.WriteString("tag", tag);
        writer.WriteString("digest", manifest.Digest.ToString());
        writer.WriteEndObject();
    }
}
