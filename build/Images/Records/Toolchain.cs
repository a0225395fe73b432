using System.Reflection;

namespace Slipway.Images;

/// <summary>What made the bytes of layers besides their input: a layer's compressed bytes may depend on the runtime.</summary>
/// <param name="Sdk">The version of the .NET SDK that compiled this program.</param>
/// <param name="Runtime">The version of the .NET runtime that it ran on.</param>
public sealed record Toolchain(string Sdk, string Runtime)
{
    private const string SdkKey = "DotNetSdk";

    /// <summary>That of this process.</summary>
    public static Toolchain Running =>
        new(
            typeof(Toolchain).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == SdkKey).Value!,
            Environment.Version.ToString()
        );
}
