using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>What made the bytes of layers besides their input: a layer's compressed bytes may depend on the runtime.</summary>
/// <param name="Sdk">The version of the .NET SDK that compiled this program.</param>
/// <param name="Runtime">The version of the .NET runtime that it ran on.</param>
public sealed partial record Toolchain(string Sdk, string Runtime)
{
    private const string SdkKey = "DotNetSdk";

    /// <summary>That of this process.</summary>
    public static Toolchain Running =>
        new(
            typeof(Toolchain).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == SdkKey).Value!,
            Environment.Version.ToString()
        );

    /// <summary>Writes its members into an object that is begun.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("sdk", Sdk);
        writer.WriteString("runtime", Runtime);
    }

    /// <exception cref="ContentException">One of the two is no version.</exception>
    public static Toolchain Read(JsonElement element) => new(Version(element, "sdk"), Version(element, "runtime"));

    private static string Version(JsonElement element, string member) =>
        element.RequiredString(member) is var text && VersionGrammar().IsMatch(text)
            ? text
            : throw new ContentException($"{member} is no version: '{Printable.Of(text)}'");

    /// <summary>As in <c>10.0.100-rc.2.25502.107</c>.</summary>
    [GeneratedRegex(@"\A[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}\z")]
    private static partial Regex VersionGrammar();
}
