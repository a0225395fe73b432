using Slipway.Debian;
using Slipway.Oci;

namespace Slipway.Definitions;

/// <summary>Reads an entry of <c>layers</c> in <c>image.yaml</c>.</summary>
internal static class LayerReader
{
    public static LayerDefinition Read(YamlMap map) =>
        new()
        {
            Name = map.Word("name"),
            Title = map.Text("title"),
            Packages =
            [
                .. map.Texts("packages")
                    .Select(name =>
                        PackageName.IsValid(name) ? name : throw map.FaultAt("packages", name, $"'{name}' is not a package name")
                    ),
            ],
            Upstream = [.. map.Texts("upstream")],
            Files =
            [
                .. map.Maps("files", file => new DefinedFile(file.Text("from"), file.ImagePath("to"), file.Mode("mode", "0644"))
                {
                    UserId = file.Number("user", 0),
                    GroupId = file.Number("group", 0),
                }),
            ],
            Directories =
            [
                .. map.Maps("directories", directory => new DefinedDirectory(
                    directory.ImagePath("path"),
                    directory.Mode("mode", "0755"),
                    directory.Number("user", 0),
                    directory.Number("group", 0)
                )
                {
                    Package = directory.OptionalText("package") is null ? null : directory.Parsed("package", Package),
                }),
            ],
            Links = [.. map.Maps("links", link => new DefinedLink(link.ImagePath("path"), link.Text("target")))],
            Copies =
            [
                .. map.Maps("copies", copy => new DefinedCopy(copy.ImagePath("from"), copy.ImagePath("to"), copy.Mode("mode", "0644"))),
            ],
            Alternatives =
            [
                .. map.Maps("alternatives", choice => new DefinedAlternative(
                    AlternativeName(choice),
                    choice.ImagePath("link"),
                    choice.ImagePath("to")
                )),
            ],
            Finish =
            [
                .. map.Texts("finish")
                    .Select(step =>
                        FinishingStepName.All.Contains(step, StringComparer.Ordinal)
                            ? step
                            : throw map.FaultAt("finish", step, UnknownStep(step))
                    ),
            ],
        };

    private static string UnknownStep(string step) =>
        $"unknown finishing step '{step}'; "
        + (
            NearestKey.Of(step, FinishingStepName.All) is { } meant
                ? $"did you mean '{meant}'?"
                : $"known: {string.Join(", ", FinishingStepName.All)}"
        );

    /// <summary>A file name below <c>/etc/alternatives</c>.</summary>
    private static string AlternativeName(YamlMap map)
    {
        string name = map.Text("name");
        return name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+')
            ? name
            : throw map.Fault("name", $"'name' wanted letters, digits and . - _ +, got '{name}'");
    }

    public static string Package(string text) =>
        PackageName.IsValid(text) ? text : throw new ContentException($"'{text}' is not a package name");
}
