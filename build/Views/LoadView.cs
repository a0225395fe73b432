using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

namespace Slipway.Views;

/// <summary>What was loaded, for people and programs.</summary>
internal static class LoadView
{
    /// <summary>The line that runs it, for each.</summary>
    public static void Show(Report report, IReadOnlyList<LoadedPlatform> loaded)
    {
        foreach (LoadedPlatform platform in loaded)
            report.Result(platform.Command);
    }

    public static byte[] Json(IReadOnlyList<LoadedPlatform> loaded) =>
        OciJson.WriteIndented(writer =>
        {
            writer.WriteStartArray();
            foreach (LoadedPlatform platform in loaded)
            {
                writer.WriteStartObject();
                writer.WriteString("image", platform.Image);
                writer.WriteString("platform", platform.Platform.ToString());
                writer.WriteStartArray("names");
                foreach (Reference name in platform.Names)
                    writer.WriteStringValue(name.ToString());
                writer.WriteEndArray();
                writer.WriteString("run", platform.Command);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
}
