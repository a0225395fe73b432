using Slipway.Layers;

namespace Slipway.Inspection;

/// <summary>Setuid, setgid, world-writable and capable files are those of the contract and no others.</summary>
internal sealed class PermissionRule : IInspectionRule
{
    private const int Setuid = 0b100_000_000_000;
    private const int Setgid = 0b010_000_000_000;
    private const int OthersWrite = 0b000_000_010;

    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry entry in image.Found.Entries.Where(entry => !entry.Real.IsSymbolicLink))
        {
            // A second name of a file has the file's mode as well, whatever its own header says.
            int bits = entry.Mode | entry.Real.Mode;
            string mode = Convert.ToString(bits, 8).PadLeft(4, '0');
            foreach (
                (ExceptionKey key, string rule, bool applies) in new[]
                {
                    (ExceptionKey.Setuid, "setuid", (bits & Setuid) != 0),
                    (ExceptionKey.Setgid, "setgid", (bits & Setgid) != 0),
                    (ExceptionKey.WorldWritable, "world-writable", (bits & OthersWrite) != 0),
                }
            )
            {
                if (applies && !image.Contract.Allows(key, entry.Path, mode))
                    yield return image.Violation(entry.Path, rule, $"mode {mode} is not in the contract", image.Allow(key));
            }

            if ((entry.HasCapabilities || entry.Real.HasCapabilities) && !image.Contract.Allows(ExceptionKey.Capabilities, entry.Path))
                yield return image.Violation(
                    entry.Path,
                    "capability",
                    "its file capabilities are not in the contract",
                    image.Allow(ExceptionKey.Capabilities)
                );
        }
    }
}
