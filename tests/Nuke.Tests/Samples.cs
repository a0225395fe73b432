using Nuke.Common;
using Nuke.Common.IO;

namespace Slipway.Nuke.Tests;

/// <summary>A build that writes down which targets ran.</summary>
public abstract class Recorded : NukeBuild
{
    private static readonly AsyncLocal<List<string>?> Ambient = new();

    /// <summary>Of the newest build that this test made.</summary>
    public static IReadOnlyList<string> Ran => Ambient.Value ?? [];

    protected Recorded() => Ambient.Value = [];

    protected static void Record(string what) => Ambient.Value!.Add(what);
}

public class ReleaseBuild : Recorded
{
    public Target Publish =>
        _ => _.Description("Puts the images on the registries").DependsOn(Sign, Preview).Executes(() => Record("Publish"));
    public Target Preview => _ => _.DependsOn(Assemble).After(Sign).Executes(() => Record("Preview"));
    public Target Sign => _ => _.Description("Signs.").DependsOn(Assemble).Executes(() => Record("Sign"));
    public Target Assemble => _ => _.DependsOn(Fetch).Executes(() => Record("Assemble"));
    public Target Fetch =>
        _ =>
            _.Executes(async () =>
            {
                await Task.Yield();
                Record("Fetch");
            });
    public Target Clean => _ => _.Before(Fetch).Executes(() => Record("Clean"));
    public Target Hidden => _ => _.Unlisted().Executes(() => Record("Hidden"));
    public Target All => _ => _.DependsOn(Publish);
}

public enum Signer
{
    Key,
    Cosign,
}

#pragma warning disable CA1051 // Parameters are read-only fields in NUKE; here the tests read them.
public class ParameterBuild : NukeBuild
{
    private static readonly AsyncLocal<ParameterBuild?> Newest = new();

    [Parameter("Images to build")]
    public readonly string[]? Images;

    [Parameter("Who signs.")]
    public readonly Signer Signer = Signer.Key;

    [Parameter]
    public readonly Signer[] OtherSigners = [];

    [Parameter("Where everything goes")]
    public readonly AbsolutePath ArtifactsDirectory = RootDirectory / "artifacts";

    [Parameter]
    public readonly AbsolutePath[]? Inputs;

    [Parameter("At once")]
    public readonly int Jobs = 4;

    [Parameter]
    public readonly int? Limit;

    [Parameter]
    public readonly bool Json;

    [Parameter]
    public readonly bool? Confirmed;

    [Parameter("Password of the key")]
    [Secret]
    public readonly string? KeyPassword = "from-initialiser";

    [Parameter]
    [Secret]
    public readonly int Pin;

    [Parameter]
    public bool AcceptUnsignedUnsafe { get; }

    [Parameter(Name = "Upstream")]
    public string? Mirror { get; set; }

    [Parameter(Separator = ",")]
    public readonly string[]? Platforms;

    [Parameter(List = false)]
    public readonly string? Secretly;

    public ParameterBuild() => Newest.Value = this;

    public static ParameterBuild Last => Newest.Value!;

    public Target Show => _ => _.Executes(() => { });
    public Target Sign => _ => _.Requires(() => Mirror).Requires(() => Limit).Executes(() => { });
    public Target Guarded => _ => _.Requires(() => Jobs > 10).Executes(() => { });
    public Target Leak => _ => _.Executes(() => throw new InvalidOperationException($"cannot open with {KeyPassword}"));
}
