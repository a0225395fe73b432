namespace Slipway.Images;

/// <summary>Setuid, setgid, world-writable and capable files are those of the contract and no others.</summary>
internal sealed class PermissionRule : IInspectionRule
{
    private const int Setuid = 0b100_000_000_000;
    private const int Setgid = 0b010_000_000_000;
    private const int OthersWrite = 0b000_000_010;

    public IEnumerable<Violation> Check(InspectedPlatform image)
    {
        foreach (FoundEntry entry in image.Found.Entries.Where(entry => !entry.IsSymbolicLink))
        {
            string mode = Convert.ToString(entry.Mode, 8).PadLeft(4, '0');
            foreach ((ExceptionKey key, string rule, bool applies) in new[]
            {
                (ExceptionKey.Setuid, "setuid", (entry.Mode & Setuid) != 0),
                (ExceptionKey.Setgid, "setgid", (entry.Mode & Setgid) != 0),
                (ExceptionKey.WorldWritable, "world-writable", (entry.Mode & OthersWrite) != 0),
            })
            {
                if (applies && !image.Contract.Allows(key, entry.Path, mode))
                    yield return image.Violation(entry.Path, rule, $"mode {mode} is not in the contract", image.Allow(key));
            }

            if (entry.HasCapabilities && !image.Contract.Allows(ExceptionKey.Capabilities, entry.Path))
                yield return image.Violation(entry.Path, "capability", "its file capabilities are not in the contract", image.Allow(ExceptionKey.Capabilities));
        }
    }
}
