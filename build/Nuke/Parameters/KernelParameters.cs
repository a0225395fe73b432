namespace Nuke.Common.Parameters;

/// <summary>The parameters every build has.</summary>
internal static class KernelParameters
{
    public static BuildParameter Target { get; } =
        new("Target", "Targets to run. Default is '{default_target}'", typeof(string[])) { Separator = '+' };

    public static BuildParameter Skip { get; } =
        new("Skip", "Targets to skip. Without a name: all that are only dependencies", typeof(string[]))
        {
            Separator = '+',
            MayBeEmpty = true,
        };

    public static BuildParameter Root { get; } =
        new("Root", "Root folder of the build. Default is the nearest one with '.nuke'", typeof(string)) { IsBeforeFiles = true };

    public static BuildParameter Profile { get; } =
        new("Profile", "Reads '.nuke/parameters.NAME.json' before '.nuke/parameters.json'", typeof(string[])) { IsBeforeFiles = true };

    public static BuildParameter Verbosity { get; } =
        new("Verbosity", "How much the build itself logs. Default is 'Normal'", typeof(Verbosity));

    public static BuildParameter NoLogo { get; } = new("NoLogo", "Omits the first line", typeof(bool));

    public static BuildParameter Help { get; } =
        new("Help", "Shows the targets; with a target, its plan and where each value comes from", typeof(bool)) { IsBeforeFiles = true };

    public static BuildParameter Whole { get; } =
        new("All", "With --help: every target with what it depends on, and every parameter", typeof(bool)) { IsBeforeFiles = true };

    public static BuildParameter Version { get; } = new("Version", "Shows which version this is", typeof(bool)) { IsBeforeFiles = true };

    public static BuildParameter Plan { get; } =
        new("Plan", "Shows the target graph as a page, or prints it where there is no browser", typeof(bool)) { IsBeforeFiles = true };

    public static BuildParameter Continue { get; } =
        new("Continue", "Continues the last failed run of the same command and skips its finished targets", typeof(bool));

    public static BuildParameter GenerateConfiguration { get; } =
        new("GenerateConfiguration", "Writes the files of CI servers, as GitHubActions_check; without a name all", typeof(string[]))
        {
            Separator = '+',
            MayBeEmpty = true,
            IsBeforeFiles = true,
        };

    public static IReadOnlyList<BuildParameter> All { get; } =
    [Whole, Continue, GenerateConfiguration, Help, NoLogo, Plan, Profile, Root, Skip, Target, Verbosity, Version];
}
