using System.Reflection;
using Nuke.Common;
using Nuke.Common.CI;
using Slipway.Definitions;
using Slipway.Graph;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Workflows;

[assembly: BuildConventions(typeof(SlipwayConventions))]

namespace Slipway.Graph;

/// <summary>
/// Slipway's border: variables begin with <c>SLIPWAY_</c>, log lines go to standard error, exit codes are those of sysexits.
/// </summary>
public sealed class SlipwayConventions : IBuildConventions
{
    private readonly GivenFlags _given = new(Environment.GetCommandLineArgs()[1..]);

    public string EnvironmentPrefix => "SLIPWAY_";

    public string Command => NextCommand.Program;

    public string ReadOn => "Read on in README.md, docs/.";

    public TextWriter Log => Console.Error;

    public TextWriter Output => Console.Out;

    public IReadOnlyList<HelpExample> Examples(string? target)
    {
        MemberInfo? described = target is null
            ? typeof(Build)
            : typeof(Build).GetProperty(target, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);
        return [.. described?.GetCustomAttributes<ExampleAttribute>().Select(x => new HelpExample(x.Arguments, x.Text)) ?? []];
    }

    /// <summary><c>NewImage NAME</c> is <c>NewImage --name NAME</c>.</summary>
    public IReadOnlyList<string> Spelt(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.Count > 1 && arguments[0].Equals("NewImage", StringComparison.OrdinalIgnoreCase) && !arguments[1].StartsWith('-')
            ? [arguments[0], "--name", .. arguments.Skip(1)]
            : arguments;
    }

    public string? ValuesOf(string parameter) =>
        parameter switch
        {
            "Images" => $":folders images {ImageDefinition.FileName}",
            "Tag" => ":tags",
            _ => null,
        };

    public int ExitCodeOf(Exception exception) => ExitCodes.Of(FailureKinds.Of(exception));

    /// <summary>
    /// What we expect to go wrong is told in its own words, and so is what the operating system says of files; the rest is a fault of ours,
    /// told in one line.
    /// </summary>
    public string Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception is OperationCanceledException)
            return "the time limit of --timeout has passed; finished work stays. Run the same command again, with a longer --timeout if "
                + "it needs one";
        return IsFault(exception)
            ? FailureText.OfFault(exception, "Slipway", "Please report it; --verbosity verbose shows where it happened")
            : Oci.Printable.Line(_given.Words(exception));
    }

    public string Printable(string line) => Oci.Printable.Line(line);

    /// <summary>Of several failures the first that has one.</summary>
    public SourcePlace? PlaceOf(Exception exception) =>
        exception switch
        {
            DefinitionException { Place: var (file, line, column) } => new SourcePlace(file, line, column),
            AggregateException many => many.InnerExceptions.Select(PlaceOf).FirstOrDefault(place => place is not null),
            { InnerException: { } inner } => PlaceOf(inner),
            _ => null,
        };

    public bool IsOwn(Exception exception) => FailureText.IsOwn(exception);

    internal static bool IsFault(Exception exception) => FailureText.IsFault(exception) && exception is not BuildUsageException;
}

/// <summary>A call of a target, or, on the build class, of the build, that its help shows.</summary>
/// <param name="arguments">What follows <c>./build.sh</c>.</param>
/// <param name="text">What the call does, in a few words.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Property, AllowMultiple = true)]
internal sealed class ExampleAttribute(string arguments, string text) : Attribute
{
    public string Arguments { get; } = arguments;

    public string Text { get; } = text;
}
