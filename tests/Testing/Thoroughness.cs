namespace Slipway.Testing;

/// <summary>
/// Whether tests that sample take as many as they can: <c>./build.sh Test --thorough</c>, which sets <c>SLIPWAY_THOROUGH=1</c>.
/// </summary>
public static class Thoroughness
{
    public static bool IsWanted => Environment.GetEnvironmentVariable("SLIPWAY_THOROUGH") == "1";
}
