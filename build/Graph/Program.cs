namespace Slipway.Graph; internal static class Program { private static int Main() => 0; }
