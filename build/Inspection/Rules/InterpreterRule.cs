using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>
/// The loader that a program names is there, can be executed and is for its machine; for programs of the host that is the host's affair.
/// </summary>
internal sealed class InterpreterRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry entry in image.Found.Files)
        {
            if (entry.File?.Elf is not { Interpreter: { } loader } elf || !image.Machine.Fits(elf) || image.IsForHost(entry))
                continue;
            if (
                loader.StartsWith('/')
                && image.HasExecutable(loader)
                && image.Found.FileAt(loader) is { File.Elf: { } found }
                && image.Machine.Fits(found)
            )
                continue;
            if (!image.Contract.Allows(ExceptionKey.MissingInterpreters, entry.Path, loader))
                yield return image.Violation(
                    entry.Path,
                    "interpreter",
                    $"its loader {loader} is not in the image or cannot be executed",
                    image.Allow(ExceptionKey.MissingInterpreters)
                );
        }
    }
}
