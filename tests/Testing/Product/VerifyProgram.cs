namespace Slipway.Testing;

/// <summary>The small program as its users run it, in a process of its own. It sees no credentials of whoever runs the tests.</summary>
/// <param name="File">The program: native code, or the assembly that a runtime runs.</param>
public sealed record VerifyProgram(string File)
{
    /// <summary>As it was compiled with the solution, or its copy with native code, which the target Test makes and names.</summary>
    public static VerifyProgram Compiled { get; } =
        new(
            Environment.GetEnvironmentVariable("SLIPWAY_TESTED_VERIFY")
                ?? SourceTree.At("build", "SlipwayVerify", "bin", SourceTree.Configuration, "net10.0", "slipway-verify.dll")
        );

    /// <summary>What starts it and its arguments, in a root of its own.</summary>
    public IReadOnlyList<string> Prefix { get; init; } = [];

    /// <summary>Set over the tests' own environment; null removes.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    public bool MeasuresMemory { get; init; }

    public Task<ChildResult> RunAsync(params IReadOnlyList<string> arguments)
    {
        if (Prefix.Count == 0 && !System.IO.File.Exists(File))
            throw new FileNotFoundException($"{File}: the program is not built. Run dotnet build Slipway.slnx", File);
        string[] all =
        [
            .. Prefix,
            .. File.EndsWith(".dll", StringComparison.Ordinal) ? [SlipwayCommand.Dotnet, "exec", File] : (string[])[File],
            .. arguments,
        ];
        return new ChildProcess(all[0], all[1..]) { Variables = Hermetic(), MeasuresMemory = MeasuresMemory }.RunAsync();
    }

    private Dictionary<string, string?> Hermetic()
    {
        Dictionary<string, string?> variables = new(SlipwayCommand.Hermetic("/nothing/here"), StringComparer.Ordinal);
        foreach ((string name, string? value) in Variables)
            variables[name] = value;
        return variables;
    }
}
