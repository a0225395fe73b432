using System.Text;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Inspection.Tests;

/// <summary>Links, scripts, modes and secrets: one broken thing in each image, and what is none.</summary>
public class FileRuleTests
{
    private static readonly Dictionary<string, BrokenImage> Broken = new(StringComparer.Ordinal)
    {
        ["a dangling link"] = new("/usr/bin/nowhere", "link", "it points to ../lib/nothing")
        {
            Deb = deb => deb.Link("usr/bin/nowhere", "../lib/nothing"),
        },
        ["a link in a circle"] = new("/usr/bin/round", "link", "it points to round") { Deb = deb => deb.Link("usr/bin/round", "round") },
        ["a link below a file"] = new("/usr/bin/below", "link", "it points to su/x") { Deb = deb => deb.Link("usr/bin/below", "su/x") },
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
        ["a private key"] = new("/etc/server.pem", "secret", "it appears to contain a private key")
        {
            Deb = deb => deb.File("etc/server.pem", WholeImage.Secret),
        },
        ["a token in a large file"] = new("/etc/log", "secret", "it appears to contain a GitHub token")
        {
            Deb = deb => deb.File("etc/log", new string('x', 262_800) + " ghp_" + new string('a', 36) + new string('x', 300_000)),
        },
        ["registry credentials"] = new("/etc/x.json", "secret", "registry credentials")
        {
            Deb = deb => deb.File("etc/x.json", "{ \"auths\": { \"quay.io\": { \"auth\": \"abc\" } } }"),
        },
        ["a git folder"] = new("/usr/src/.git", "secret", "its name is typical of a secret") { Deb = deb => deb.Directory("usr/src/.git") },
        ["a private key in JSON"] = new("/etc/account.json", "secret", "it appears to contain a private key")
        {
            Deb = deb =>
                deb.File(
                    "etc/account.json",
                    "{ \"private_key\": \"" + WholeImage.Secret.Replace("\n", "\\n", StringComparison.Ordinal) + "\" }"
                ),
        },
        ["a client's key in a kubeconfig"] = new("/etc/kubelet.conf", "secret", "it appears to contain a private key")
        {
            Deb = deb =>
                deb.File("etc/kubelet.conf", "client-key-data: " + Convert.ToBase64String(Encoding.ASCII.GetBytes(WholeImage.Secret))),
        },
        ["registry credentials behind those of a helper"] = new("/etc/x.json", "secret", "registry credentials")
        {
            Deb = deb => deb.File("etc/x.json", "{ \"auths\": { \"ghcr.io\": {}, \"quay.io\": { \"auth\": \"abc\" } } }"),
        },
    };

    public static TheoryData<string> Names => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_small_image_breaks_just_one_rule(string name) => Broken[name].IsFoundAsync();

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
}
