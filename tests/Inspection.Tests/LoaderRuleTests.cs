using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>Programs that no loader could run: one broken thing in each image, and what is none.</summary>
public class LoaderRuleTests
{
    private static readonly Dictionary<string, BrokenImage> Broken = new(StringComparer.Ordinal)
    {
        ["a file for another machine"] = new("/usr/bin/armed", "machine", "wanted a file for linux/amd64, got one for aarch64")
        {
            Deb = deb => deb.Bytes("usr/bin/armed", new TinyElf { Type = 2, Machine = 183 }.Build()),
        },
        ["a 32-bit file of the same machine"] = new("/usr/bin/x32", "machine", "x86-64, 32 bits")
        {
            Deb = deb => deb.Bytes("usr/bin/x32", new TinyElf { Type = 2, Is64 = false }.Build()),
        },
        ["a broken ELF file"] = new("/usr/bin/broken", "machine", "it begins like an ELF file but is not one")
        {
            Deb = deb => deb.Bytes("usr/bin/broken", WholeImage.Static("")[..40]),
        },
        ["no loader"] = new("/usr/bin/loaderless", "interpreter", "its loader /lib/ld-musl-x86_64.so.1 is not in the image")
        {
            Deb = deb => deb.Bytes("usr/bin/loaderless", new TinyElf { Interpreter = "/lib/ld-musl-x86_64.so.1" }.Build()),
        },
        ["a loader for another machine"] = new("/usr/bin/wrong", "interpreter", "its loader /usr/lib/firmware.elf is not")
        {
            Deb = deb => deb.Bytes("usr/bin/wrong", new TinyElf { Interpreter = "/usr/lib/firmware.elf" }.Build()),
        },
        ["a missing library"] = new("/usr/bin/needy", "library", "it needs libabsent.so.2, which its loader does not find")
        {
            Deb = deb => deb.Bytes("usr/bin/needy", WholeImage.Program("libabsent.so.2").Build()),
        },
        ["a library where no loader looks"] = new("/usr/bin/needy", "library", "it needs libprivate.so.1")
        {
            Deb = deb => deb.Bytes("usr/bin/needy", WholeImage.Program("libprivate.so.1").Build()),
        },
        ["a library for another machine"] = new("/usr/bin/needy", "library", "it needs libarm.so.1")
        {
            Deb = deb =>
                deb.Bytes("usr/bin/needy", (WholeImage.Program("libarm.so.1") with { RunPath = "/usr/lib/arm" }).Build())
                    .Bytes("usr/lib/arm/libarm.so.1", (WholeImage.Library("libarm.so.1") with { Machine = 183 }).Build()),
            Contract = contract =>
                contract.Replace(
                    "otherMachines: [",
                    "otherMachines: [{ path: /usr/lib/arm/libarm.so.1, reason: a test }, ",
                    StringComparison.Ordinal
                ),
        },
        ["a library's own missing library"] = new("/usr/lib/x86_64-linux-gnu/libmiddle.so.1", "library", "it needs libabsent.so.2")
        {
            Deb = deb =>
                deb.Bytes(
                        "usr/lib/x86_64-linux-gnu/libmiddle.so.1",
                        (WholeImage.Library("libmiddle.so.1") with { Needed = ["libabsent.so.2"] }).Build()
                    )
                    .Bytes("usr/bin/needy", WholeImage.Program("libmiddle.so.1").Build()),
        },
        ["too old a library"] = new(
            "/usr/bin/modern",
            "library",
            "it needs libc.so.6 with GLIBC_2.99, but /usr/lib/x86_64-linux-gnu/libc.so.6 has no such version"
        )
        {
            Deb = deb =>
                deb.Bytes(
                    "usr/bin/modern",
                    (
                        WholeImage.Program() with
                        {
                            NeededVersions = [("libc.so.6", "GLIBC_2.99", false), ("libc.so.6", "GLIBC_9", true)],
                        }
                    ).Build()
                ),
        },
        ["a configured folder without a cache"] = new("/usr/bin/needy", "library", "it needs libconf.so.1")
        {
            Deb = deb =>
                deb.Bytes("usr/bin/needy", WholeImage.Program("libconf.so.1").Build())
                    .File("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n")
                    .File("etc/ld.so.conf.d/x.conf", "# here\n/opt/x\n")
                    .Bytes("opt/x/libconf.so.1", WholeImage.Library("libconf.so.1").Build()),
        },
        ["a plug-in that is not there"] = new("libplugin.so.7", "required", "it is needed but not in the image: tiny loads it")
        {
            Contract = contract => contract.Replace("libplugin.so.1", "libplugin.so.7", StringComparison.Ordinal),
        },
        ["a required path that is not there"] = new("/usr/lib/x86_64-linux-gnu/libc.so.7", "required", "everything does")
        {
            Contract = contract => contract.Replace("libc.so.6", "libc.so.7", StringComparison.Ordinal),
        },
        ["another version than released"] = new("/opt/host/tool", "version", "wanted the text 'tool v1.0.0' in it")
        {
            Tool = WholeImage.Static("tool v0.9.9"),
        },
        ["a host program with libraries"] = new("/opt/host/tool", "static", "it runs on the host but needs a loader or libraries")
        {
            Tool = (WholeImage.Program("libabsent.so") with { Tail = "tool v1.0.0"u8.ToArray() }).Build(),
        },
        ["a loader that cannot be executed"] = new(
            "/usr/bin/stuck",
            "interpreter",
            "its loader /usr/lib/x86_64-linux-gnu/libc.so.6 is not in the image or cannot be executed"
        )
        {
            Deb = deb => deb.Bytes("usr/bin/stuck", new TinyElf { Interpreter = "/usr/lib/x86_64-linux-gnu/libc.so.6" }.Build()),
        },
        ["a loader that the working directory decides"] = new(
            "/usr/bin/stuck",
            "interpreter",
            "its loader lib64/ld-linux-x86-64.so.2 is not"
        )
        {
            Deb = deb => deb.Bytes("usr/bin/stuck", new TinyElf { Interpreter = WholeImage.Loader[1..] }.Build()),
        },
        ["a library in a folder that the working directory decides"] = new("/usr/bin/needy", "library", "it needs libother.so.1")
        {
            Deb = deb => deb.Bytes("usr/bin/needy", (WholeImage.Program("libother.so.1") with { RunPath = "usr/lib/tiny:" }).Build()),
        },
        ["a path to a library that the working directory decides"] = new("/usr/bin/needy", "library", "it needs usr/lib/tiny/libother.so.1")
        {
            Deb = deb => deb.Bytes("usr/bin/needy", WholeImage.Program("usr/lib/tiny/libother.so.1").Build()),
        },
        ["a second name of a host program that needs libraries"] = new(
            "/opt/host/x",
            "static",
            "it runs on the host but needs a loader or libraries"
        )
        {
            Deb = deb => deb.Bytes("opt/a/x", WholeImage.Program().Build()).Hard("opt/host/x", "opt/a/x"),
        },
        ["a link of the host's folder to a program that needs libraries"] = new(
            "/opt/host/x",
            "static",
            "it runs on the host but needs a loader or libraries"
        )
        {
            Deb = deb => deb.Link("opt/host/x", "/usr/bin/tiny"),
        },
        ["a host program's second name in the image"] = new("/usr/bin/x", "library", "it needs libabsent.so.2")
        {
            Deb = deb => deb.Bytes("opt/host/x", WholeImage.Program("libabsent.so.2").Build()).Hard("usr/bin/x", "opt/host/x"),
            Contract = contract => contract + "dynamicHostPrograms: [{ path: /opt/host/x, reason: a test }]\n",
        },
        ["a second name in a folder that its libraries are not beside"] = new("/usr/bin/x", "library", "it needs libdeep.so.1")
        {
            Deb = deb =>
                deb.Bytes("opt/deep/bin/x", (WholeImage.Program("libdeep.so.1") with { RunPath = "$ORIGIN/../libs" }).Build())
                    .Hard("usr/bin/x", "opt/deep/bin/x")
                    .Bytes("opt/deep/libs/libdeep.so.1", WholeImage.Library("libdeep.so.1").Build()),
        },
        ["a folder of host programs that is empty"] = new(
            "/opt/hots",
            "static",
            "the contract lists it in 'hostPrograms', but it holds no file"
        )
        {
            Contract = contract => contract.Replace("hostPrograms: [", "hostPrograms: [/opt/hots, ", StringComparison.Ordinal),
        },
    };

    public static TheoryData<string> Names => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_small_image_breaks_just_one_rule(string name) => Broken[name].IsFoundAsync();

    [Fact]
    public async Task A_configured_folder_counts_once_there_is_a_cache_of_it()
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.Add(
            Broken["a configured folder without a cache"].Deb(new TinyDeb("breaker")).File("etc/ld.so.cache", "made by a finishing step")
        );
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));
    }

    [Fact]
    public async Task Configured_folders_are_read_as_the_cache_is_made_of_them()
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.Add(
            new TinyDeb("breaker")
                .Bytes("usr/bin/needy", WholeImage.Program("libconf.so.1").Build())
                .File("etc/ld.so.conf", "include\tld.so.conf.d/?.conf\n")
                .File("etc/ld.so.conf.d/x.conf", "# here\n/opt/x\n")
                .Bytes("opt/x/libconf.so.1", WholeImage.Library("libconf.so.1").Build())
                .File("etc/ld.so.cache", "made by a finishing step")
        );
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));
    }

    [Fact]
    public async Task A_library_may_be_needed_by_a_path_from_where_the_program_is()
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.Add(new TinyDeb("breaker").Bytes("usr/bin/needy", WholeImage.Program("$ORIGIN/../lib/tiny/libother.so.1").Build()));
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));
    }
}
