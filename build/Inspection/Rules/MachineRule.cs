using Slipway.Elf;
using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>Every ELF file is a sound one, for the platform's machine.</summary>
internal sealed class MachineRule : IInspectionRule
{
    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry entry in image.Found.Entries)
        {
            string? problem = entry.File switch
            {
                { BrokenElf: { } broken } => $"it begins like an ELF file but is not one: {broken}",
                { Elf: { } elf } when !image.Machine.Fits(elf) =>
                    $"wanted a file for {image.Platform}, got one for {ElfMachine.NameOf(elf)}",
                _ => null,
            };
            if (problem is not null && !image.Contract.Allows(ExceptionKey.OtherMachines, entry.Path))
                yield return image.Violation(entry.Path, "machine", problem, image.Allow(ExceptionKey.OtherMachines));
        }
    }
}
