using Slipway.Images;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>An image that breaks no rule, and those that break what contract, configuration and lock ask for.</summary>
public class InspectionTests
{
    private static readonly Dictionary<string, BrokenImage> Broken = new(StringComparer.Ordinal)
    {
        ["no such user"] = new("user nobody", "user", "/etc/passwd has no 'nobody'")
        {
            Config = config => config.Replace("user: root", "user: nobody", StringComparison.Ordinal),
        },
        ["no such group"] = new("user root:99", "user", "/etc/group has no '99'")
        {
            Config = config => config.Replace("user: root", "user: \"root:99\"", StringComparison.Ordinal),
        },
        ["no program to start"] = new("/usr/bin/absent", "program", "it is not an executable file")
        {
            Config = config => config.Replace("bin/tiny", "bin/absent", StringComparison.Ordinal),
        },
        ["no program on PATH"] = new("absent", "program", "it is not an executable file")
        {
            Config = config => config.Replace("/usr/bin/tiny", "absent", StringComparison.Ordinal),
        },
        ["too large a layer"] = new("layer base", "budget", "wanted at most 1 MiB unpacked, got 1.9")
        {
            Deb = deb => deb.File("usr/share/large", new string('a', 2_000_000)),
        },
        ["an exception of one list that only another list needs"] = new(
            "/usr/share/doc/key.pem",
            "unused",
            "nothing needs its entry under 'otherMachines'"
        )
        {
            Contract = contract =>
                contract.Replace(
                    "otherMachines: [",
                    "otherMachines: [{ path: /usr/share/doc/key.pem, reason: a documented test key }, ",
                    StringComparison.Ordinal
                ),
        },
        ["an exception that a second one makes needless"] = new("/usr/bin/su", "unused", "nothing needs its entry under 'setuid'")
        {
            Contract = contract =>
                contract.Replace("setuid: [", "setuid: [{ path: /usr/bin/su, reason: it is su }, ", StringComparison.Ordinal),
        },
        ["an exception that nothing needs"] = new("/usr/bin/gone", "unused", "nothing needs its entry under 'setuid'")
        {
            Contract = contract =>
                contract.Replace("setuid: [", "setuid: [{ path: /usr/bin/gone, reason: once }, ", StringComparison.Ordinal),
        },
    };

    public static TheoryData<string> Names => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_small_image_breaks_just_one_rule(string name) => Broken[name].IsFoundAsync();

    [Fact]
    public async Task An_image_that_keeps_every_rule_passes_and_leaves_nothing_behind()
    {
        using AssemblyFixture shop = WholeImage.Create();
        AssembledImage image = await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        InspectionResult result = await shop.InspectAsync();
        Assert.Empty(result.Violations.Select(violation => violation.ToString()));
        result.Require();
        Assert.Equal((image.Index.Digest, Platform.LinuxAmd64), (result.Index, Assert.Single(result.Platforms).Platform));
        Assert.False(Directory.Exists(Path.Combine(shop.Root, "inspection")));
    }

    [Fact]
    public async Task Every_exception_of_the_good_image_is_needed()
    {
        foreach (
            ExceptionKey key in ExceptionKey.All.Where(key => key != ExceptionKey.Capabilities && key != ExceptionKey.DynamicHostPrograms)
        )
        {
            using AssemblyFixture shop = WholeImage.Create();
            shop.Contract = string.Join(
                '\n',
                shop.Contract.Split('\n').Where(line => !line.StartsWith(key.Name + ":", StringComparison.Ordinal))
            );
            await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
            Assert.Single((await shop.InspectAsync()).Violations);
        }
    }

    [Fact]
    public async Task A_stand_in_need_not_be_static_nor_of_the_version_and_must_be_for_the_machine_all_the_same()
    {
        using AssemblyFixture shop = WholeImage.Create(WholeImage.Program().Build());
        shop.StandingIn = ["tool"];
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));

        using AssemblyFixture other = WholeImage.Create((WholeImage.Program() with { Machine = 183 }).Build());
        other.StandingIn = ["tool"];
        await other.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Equal("machine", Assert.Single((await other.InspectAsync()).Violations).Rule);
    }

    [Fact]
    public async Task An_image_with_stand_ins_is_not_that_of_a_lock_without()
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.StandingIn = ["tool"];
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        shop.StandingIn = [];
        InspectionResult result = await shop.InspectAsync();
        Assert.Equal(["description", "description", "description"], result.Violations.Select(violation => violation.Rule));
        Assert.Contains(result.Violations, violation => violation.Path == $"index {StandInMark.Key}");
    }

    [Fact]
    public async Task Exceptions_may_differ_by_platform()
    {
        using AssemblyFixture shop = new()
        {
            Contract = """
                budgets: [{ layer: base, compressedMiB: 1, unpackedMiB: 1 }]
                setuid: [{ path: "/usr/lib/{multiarch}/su", reason: a test, platforms: [linux/amd64] }]
                """,
            Config = "{}",
        };
        shop.Add(new TinyDeb("one").File("usr/lib/x86_64-linux-gnu/su", "x", 0b100_111_101_101), "base", "amd64");
        await shop.AssembleAsync();
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));
        shop.Contract = shop.Contract.Replace(", platforms: [linux/amd64]", "", StringComparison.Ordinal);
        Violation unused = Assert.Single((await shop.InspectAsync()).Violations);
        Assert.Equal((Platform.LinuxArm64, "unused", "/usr/lib/aarch64-linux-gnu/su"), (unused.Platform, unused.Rule, unused.Path));
    }
}
