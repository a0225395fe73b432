using Slipway.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- xz [FILE.xz or FILE.deb] [PAIRS]
if (args is not ["xz", ..])
{
    Console.Error.WriteLine("wanted: xz [FILE.xz or FILE.deb] [PAIRS]");
    return 64;
}

return XzBenchmark.Run(args.ElementAtOrDefault(1), args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 7);
