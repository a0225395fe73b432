using System.Globalization;
using Slipway.Benchmarks;

// dotnet run -c Release --project tests/Benchmarks -- WHAT …
switch (args)
{
    case ["xz", ..]:
        return XzBenchmark.Run(args.ElementAtOrDefault(1), Pairs(2));
    case ["push", ..]:
        return await PushBenchmark.RunAsync(Pairs(1));
    default:
        Console.Error.WriteLine("wanted: xz [FILE.xz or FILE.deb] [PAIRS], or push [PAIRS]");
        return 64;
}

int Pairs(int at) => args.Length > at ? int.Parse(args[at], CultureInfo.InvariantCulture) : 7;
