using System.Text;
using Slipway.Inspection;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>An image that breaks just one rule, for each rule, and one that breaks none.</summary>
public class InspectionTests
{
    private static readonly Dictionary<string, Break> Breaks = new(StringComparer.Ordinal)
    {
        ["a file for another machine"] = new("/usr/bin/armed", "machine", "wanted a file for linux/amd64, got one for aarch64")
        {
            Deb = deb => deb.Bytes("usr/bin/armed", new TinyElf { Type = 2, Machine = 183 }.Build()),
        },
        ["a 32-bit file of the same machine"] = new("/usr/bin/x32", "machine", "x86-64, 32 bits")
        {
            Deb = deb => deb.Bytes("usr/bin/x32", new TinyElf { Type = 2, Is64 = false }.Build()),
        },
        ["a broken ELF file"] = new("/usr/bin/broken", "machine", "it begins as an ELF file and is none")
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
        ["a missing library"] = new("/usr/bin/needy", "library", "it needs libabsent.so.2, which is nowhere")
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
            "it needs libc.so.6 with GLIBC_2.99, and /usr/lib/x86_64-linux-gnu/libc.so.6 has no such version"
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
        ["a plug-in that is not there"] = new("libplugin.so.7", "required", "it is not in the image, and is needed: tiny loads it")
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
        ["a host program with libraries"] = new("/opt/host/tool", "static", "it runs on the host and needs a loader or libraries")
        {
            Tool = (WholeImage.Program("libabsent.so") with { Tail = "tool v1.0.0"u8.ToArray() }).Build(),
        },
        ["a dangling link"] = new("/usr/bin/nowhere", "link", "it leads to ../lib/nothing")
        {
            Deb = deb => deb.Link("usr/bin/nowhere", "../lib/nothing"),
        },
        ["a link in a circle"] = new("/usr/bin/round", "link", "it leads to round") { Deb = deb => deb.Link("usr/bin/round", "round") },
        ["a link below a file"] = new("/usr/bin/below", "link", "it leads to su/x") { Deb = deb => deb.Link("usr/bin/below", "su/x") },
        ["a script without interpreter"] = new("/usr/bin/snake", "script", "its interpreter /usr/bin/python3 is not")
        {
            Deb = deb => deb.File("usr/bin/snake", "#!/usr/bin/python3\n", 0b111_101_101),
        },
        ["a script whose interpreter cannot be executed"] = new("/usr/bin/doc", "script", "its interpreter /usr/share/doc/read-only")
        {
            Deb = deb => deb.File("usr/bin/doc", "#!/usr/share/doc/read-only\n", 0b111_101_101),
        },
        ["a script that env finds nothing for"] = new("/usr/bin/snake", "script", "its interpreter python3 is not")
        {
            Deb = deb => deb.File("usr/bin/snake", "#!/usr/bin/env python3\n", 0b111_101_101),
        },
        ["a script without a word"] = new("/usr/bin/mute", "script", "its interpreter (none)")
        {
            Deb = deb => deb.File("usr/bin/mute", "#!\n", 0b111_101_101),
        },
        ["a script with line ends of Windows"] = new("/usr/bin/windows", "script", "its interpreter /bin/tiny\r is not")
        {
            Deb = deb => deb.File("usr/bin/windows", "#!/bin/tiny\r\n", 0b111_101_101),
        },
        ["a script whose arguments env takes for a part of the name"] = new("/usr/bin/snake", "script", "its interpreter tiny -x is not")
        {
            Deb = deb => deb.File("usr/bin/snake", "#!/usr/bin/env tiny -x\n", 0b111_101_101),
        },
        ["a script that env splits without a blank"] = new("/usr/bin/snake", "script", "its interpreter python3 is not")
        {
            Deb = deb => deb.File("usr/bin/snake", "#!/usr/bin/env -iSpython3 -u\n", 0b111_101_101),
        },
        ["a setuid program"] = new("/usr/bin/stray", "setuid", "mode 4711")
        {
            Deb = deb => deb.File("usr/bin/stray", "x", 0b100_111_001_001),
        },
        ["a setuid program of another mode"] = new("/usr/bin/su", "setuid", "mode 4755")
        {
            Contract = contract => contract.Replace("su, mode: \"4755\"", "su, mode: \"4711\"", StringComparison.Ordinal),
            Also = "unused",
        },
        ["a setgid program"] = new("/usr/bin/stray", "setgid", "mode 2755")
        {
            Deb = deb => deb.File("usr/bin/stray", "x", 0b010_111_101_101),
        },
        ["a setgid directory"] = new("/var/mail", "setgid", "mode 2775") { Deb = deb => deb.Directory("var/mail", 0b010_111_111_101) },
        ["a world-writable file"] = new("/etc/all", "world-writable", "mode 0666") { Deb = deb => deb.File("etc/all", "x", 0b110_110_110) },
        ["a world-writable directory"] = new("/srv", "world-writable", "mode 0777") { Deb = deb => deb.Directory("srv", 0b111_111_111) },
        ["a private key"] = new("/etc/server.pem", "secret", "it holds what looks like a private key")
        {
            Deb = deb => deb.File("etc/server.pem", WholeImage.Secret),
        },
        ["a token in a large file"] = new("/etc/log", "secret", "it holds what looks like a GitHub token")
        {
            Deb = deb => deb.File("etc/log", new string('x', 262_800) + " ghp_" + new string('a', 36) + new string('x', 300_000)),
        },
        ["registry credentials"] = new("/etc/x.json", "secret", "registry credentials")
        {
            Deb = deb => deb.File("etc/x.json", "{ \"auths\": { \"quay.io\": { \"auth\": \"abc\" } } }"),
        },
        ["a git folder"] = new("/usr/src/.git", "secret", "its name is one that secrets have")
        {
            Deb = deb => deb.Directory("usr/src/.git"),
        },
        ["no such user"] = new("user nobody", "user", "/etc/passwd has no 'nobody'")
        {
            Config = config => config.Replace("user: root", "user: nobody", StringComparison.Ordinal),
        },
        ["no such group"] = new("user root:99", "user", "/etc/group has no '99'")
        {
            Config = config => config.Replace("user: root", "user: \"root:99\"", StringComparison.Ordinal),
        },
        ["no program to start"] = new("/usr/bin/absent", "program", "it is no executable file")
        {
            Config = config => config.Replace("bin/tiny", "bin/absent", StringComparison.Ordinal),
        },
        ["no program on PATH"] = new("absent", "program", "it is no executable file")
        {
            Config = config => config.Replace("/usr/bin/tiny", "absent", StringComparison.Ordinal),
        },
        ["too large a layer"] = new("layer base", "budget", "wanted at most 1 MiB unpacked, got 1.9")
        {
            Deb = deb => deb.File("usr/share/large", new string('a', 2_000_000)),
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
            "it runs on the host and needs a loader or libraries"
        )
        {
            Deb = deb => deb.Bytes("opt/a/x", WholeImage.Program().Build()).Hard("opt/host/x", "opt/a/x"),
        },
        ["a link of the host's folder to a program that needs libraries"] = new(
            "/opt/host/x",
            "static",
            "it runs on the host and needs a loader or libraries"
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
        ["a folder of host programs that is empty"] = new("/opt/hots", "static", "the contract says that programs for the host are in it")
        {
            Contract = contract => contract.Replace("hostPrograms: [", "hostPrograms: [/opt/hots, ", StringComparison.Ordinal),
        },
        ["a private key in JSON"] = new("/etc/account.json", "secret", "it holds what looks like a private key")
        {
            Deb = deb =>
                deb.File(
                    "etc/account.json",
                    "{ \"private_key\": \"" + WholeImage.Secret.Replace("\n", "\\n", StringComparison.Ordinal) + "\" }"
                ),
        },
        ["a client's key in a kubeconfig"] = new("/etc/kubelet.conf", "secret", "it holds what looks like a private key")
        {
            Deb = deb =>
                deb.File("etc/kubelet.conf", "client-key-data: " + Convert.ToBase64String(Encoding.ASCII.GetBytes(WholeImage.Secret))),
        },
        ["registry credentials behind those of a helper"] = new("/etc/x.json", "secret", "registry credentials")
        {
            Deb = deb => deb.File("etc/x.json", "{ \"auths\": { \"ghcr.io\": {}, \"quay.io\": { \"auth\": \"abc\" } } }"),
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

    public static TheoryData<string> Names => [.. Breaks.Keys];

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

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_small_image_breaks_just_one_rule(string name)
    {
        Break broken = Breaks[name];
        using AssemblyFixture shop = WholeImage.Create(broken.Tool);
        shop.Contract = broken.Contract(shop.Contract);
        shop.Config = broken.Config(shop.Config);
        shop.Add(broken.Deb(new TinyDeb("breaker")));
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        InspectionResult result = await shop.InspectAsync();
        Violation violation = Assert.Single(result.Violations, violation => violation.Rule != broken.Also);
        Assert.Equal(
            ("tiny", Platform.LinuxAmd64, broken.Path, broken.Rule),
            (violation.Image, violation.Platform, violation.Path, violation.Rule)
        );
        Assert.Contains(broken.Problem, violation.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(violation.Mend);
        Assert.Throws<ContentException>(result.Require);
    }

    [Theory]
    [InlineData("#!/usr/bin/env tiny")]
    [InlineData("#! \t /usr/bin/env \t /usr/bin/tiny ")]
    [InlineData("#!/usr/bin/env A=b")]
    [InlineData("#!/usr/bin/env -vS -u NAME A=b tiny --long=x")]
    [InlineData("#!/usr/bin/env --split-string=tiny -x")]
    public async Task A_script_that_env_finds_a_program_for_is_a_good_one(string line)
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.Add(new TinyDeb("scripts").File("usr/bin/good", line + "\n", 0b111_101_101));
        await shop.AssembleAsync(platforms: Platform.LinuxAmd64);
        Assert.Empty((await shop.InspectAsync()).Violations.Select(violation => violation.ToString()));
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
    public async Task A_configured_folder_counts_once_there_is_a_cache_of_it()
    {
        using AssemblyFixture shop = WholeImage.Create();
        shop.Add(
            Breaks["a configured folder without a cache"].Deb(new TinyDeb("breaker")).File("etc/ld.so.cache", "made by a finishing step")
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

    /// <param name="Path">What the violation names.</param>
    private sealed record Break(string Path, string Rule, string Problem)
    {
        public Func<TinyDeb, TinyDeb> Deb { get; init; } = deb => deb.Directory("usr/share/breaker");

        public Func<string, string> Contract { get; init; } = contract => contract;

        public Func<string, string> Config { get; init; } = config => config;

        public byte[]? Tool { get; init; }

        /// <summary>A second rule that cannot but be broken too.</summary>
        public string? Also { get; init; }
    }
}
