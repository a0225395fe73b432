using Slipway.Definitions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>Finishing steps on small layers: what they write, and that they refuse a layer that lacks what they are made from.</summary>
public class FinishingTests
{
    private const string Users = "root:*:0:0:root:/root:/bin/bash\n_apt:*:42:65534::/nonexistent:/usr/sbin/nologin\n";
    private const string Groups = "root:*:0:\nhundred:*:100:\nnogroup:*:65534:\n";

    [Fact]
    public async Task Accounts_follow_base_passwds_in_its_layer()
    {
        using AssemblyFixture shop = Finishing("accounts");
        shop.More = "accounts: [{ name: statd, id: 100, group: 65534, home: /var/lib/nfs }, { name: one, id: 101 }]";
        shop.Add(Masters());
        Assert.Equal(Groups + "one:*:101:\n", await TextAsync(shop, "etc/group"));
        Assert.Equal(
            Users + "statd:*:100:65534:statd:/var/lib/nfs:/usr/sbin/nologin\none:*:101:101:one:/nonexistent:/usr/sbin/nologin\n",
            await TextAsync(shop, "etc/passwd")
        );
    }

    [Theory]
    [InlineData("{ name: _apt, id: 100 }", "account _apt 100: base-passwd has the user _apt 42")]
    [InlineData("{ name: statd, id: 42 }", "account statd 42: base-passwd has the user _apt 42")]
    [InlineData("{ name: nogroup, id: 9, groupOnly: true }", "account nogroup 9: base-passwd has the group nogroup 65534")]
    [InlineData("{ name: users, id: 100, groupOnly: true }", "account users 100: base-passwd has the group hundred 100")]
    public async Task An_account_that_base_passwd_has_is_refused(string account, string because)
    {
        using AssemblyFixture shop = Finishing("accounts");
        shop.More = $"accounts: [{account}]";
        shop.Add(Masters());
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, because);
    }

    [Fact]
    public async Task A_broken_master_is_refused()
    {
        using AssemblyFixture shop = Finishing("accounts");
        shop.Add(
            new TinyDeb("base-passwd")
                .File("usr/share/base-passwd/passwd.master", "root")
                .File("usr/share/base-passwd/group.master", Groups)
        );
        await LayerContentTests.RefusedAsync<ContentException>(shop, "/usr/share/base-passwd/passwd.master: 'root' is not an account");
    }

    [Fact]
    public async Task Base_files_has_its_templates_and_directories_with_their_groups_and_modes()
    {
        using AssemblyFixture shop = Finishing("base-files");
        TinyDeb deb = new("base-files");
        foreach (string template in (string[])["dot.profile", "dot.bashrc", "profile", "motd"])
            deb.File("usr/share/base-files/" + template, template);
        shop.Add(deb.Directory("var/log").Directory("root", 0b111_000_000).Directory("var/run").Directory("var/lock", 0b1_111_111_111));
        string[] lines = await shop.LinesAsync();
        Assert.Superset(
            new HashSet<string>([
                " 700 0:0 root/",
                " 644 0:0 root/.profile",
                " 644 0:0 etc/profile",
                "2775 0:8 var/mail/",
                "1777 0:0 run/lock/",
                " 777 0:0 var/run -> /run",
                " 777 0:0 var/lock -> /run/lock",
                " 777 0:0 var/spool/mail -> ../mail",
                " 664 0:43 var/log/wtmp",
                " 660 0:43 var/log/btmp",
                " 664 0:43 var/log/lastlog",
                " 755 0:0 usr/local/bin/",
                " 777 0:0 usr/local/man -> share/man",
                " 755 0:0 opt/",
            ]),
            lines.ToHashSet()
        );
        Assert.Equal("dot.bashrc", await TextAsync(shop, "root/.bashrc"));
    }

    [Fact]
    public async Task Base_files_leaves_what_is_there_as_it_is()
    {
        using AssemblyFixture shop = Finishing("base-files");
        TinyDeb deb = new("base-files");
        foreach (string template in (string[])["dot.profile", "dot.bashrc", "profile", "motd"])
            deb.File("usr/share/base-files/" + template, template);
        shop.Add(deb.File("etc/profile", "mine", 0b110_000_000).Link("var/run", "../run").Directory("var/mail", 0b111_000_000));
        string[] lines = await shop.LinesAsync();
        Assert.Superset(
            new HashSet<string>([" 600 0:0 etc/profile", " 777 0:0 var/run -> ../run", " 700 0:0 var/mail/"]),
            lines.ToHashSet()
        );
        Assert.Equal("mine", await TextAsync(shop, "etc/profile"));
    }

    [Fact]
    public async Task A_directory_that_base_files_turns_into_a_link_must_be_empty()
    {
        using AssemblyFixture shop = Finishing("base-files");
        shop.Add(new TinyDeb("one").File("var/run/x"));
        await LayerContentTests.RefusedAsync<ContentException>(
            shop,
            "/var/run: wanted package one's directory to be empty, got /var/run/x"
        );
    }

    [Fact]
    public async Task Shells_are_the_template_then_what_packages_register_each_where_links_lead_too()
    {
        using AssemblyFixture shop = Finishing("shells");
        shop.Add(new TinyDeb("debianutils").File("usr/share/debianutils/shells", "# comment\n/bin/sh\n"));
        shop.Add(new TinyDeb("dash").File("usr/share/debianutils/shells.d/dash", "/usr/bin/dash\n"));
        shop.Add(new TinyDeb("bash").File("usr/share/debianutils/shells.d/bash", "/bin/bash # old\n\n/bin/sh\n"));
        Assert.Equal("# comment\n/bin/sh\n/usr/bin/sh\n/bin/bash \n/usr/bin/bash \n/usr/bin/dash\n", await TextAsync(shop, "etc/shells"));
    }

    [Fact]
    public async Task What_is_no_absolute_path_is_no_shell()
    {
        using AssemblyFixture shop = Finishing("shells");
        shop.Add(new TinyDeb("debianutils").File("usr/share/debianutils/shells", "sh\n"));
        await LayerContentTests.RefusedAsync<ContentException>(shop, "wanted the absolute path of a shell, got 'sh'");
    }

    [Theory]
    [InlineData("accounts", "usr/share/base-passwd/passwd.master")]
    [InlineData("base-files", "usr/share/base-files/dot.profile")]
    [InlineData("shells", "usr/share/debianutils/shells")]
    [InlineData("certificates", "usr/share/ca-certificates/")]
    public async Task A_step_without_what_it_is_made_from_is_refused(string step, string path)
    {
        using AssemblyFixture shop = Finishing(step);
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, $"tiny linux/amd64: finishing step {step}: layer base has no ");
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, path);
    }

    [Fact]
    public async Task What_lies_in_a_lower_layer_is_not_read()
    {
        using AssemblyFixture shop = new()
        {
            Layers = "- { name: base, title: b }\n- { name: top, title: t, copies: [{ from: /usr/share/x, to: /etc/x }] }",
        };
        shop.Add(new TinyDeb("one").File("usr/share/x", "x"));
        await LayerContentTests.RefusedAsync<DefinitionException>(shop, "finishing step copies: layer top has no file /usr/share/x");
    }

    [Fact]
    public async Task A_copy_has_the_content_of_the_file_that_links_lead_to_and_a_mode_of_its_own()
    {
        using AssemblyFixture shop = new()
        {
            Layers = "- { name: base, title: b, copies: [{ from: /usr/share/link, to: /etc/x, mode: \"0600\" }] }",
        };
        shop.Add(new TinyDeb("one").File("usr/lib/x", "content").Link("usr/share/link", "../lib/hard").Hard("usr/lib/hard", "usr/lib/x"));
        Assert.Contains(" 600 0:0 etc/x", await shop.LinesAsync());
        Assert.Equal("content", await TextAsync(shop, "etc/x"));
    }

    [Fact]
    public async Task A_copy_over_a_packages_file_is_refused()
    {
        using AssemblyFixture shop = new() { Layers = "- { name: base, title: b, copies: [{ from: /usr/share/x, to: /etc/x }] }" };
        shop.Add(new TinyDeb("one").File("usr/share/x").File("etc/x"));
        await LayerContentTests.RefusedAsync<ContentException>(shop, "/etc/x: finishing step copies and package one both have this path");
    }

    [Fact]
    public async Task An_alternative_is_two_links_to_a_file_of_any_layer_so_far()
    {
        using AssemblyFixture shop = new()
        {
            Layers =
                "- { name: base, title: b }\n- { name: top, title: t, alternatives: [{ name: awk, link: /usr/bin/awk, to: /bin/mawk }] }",
        };
        shop.Add(new TinyDeb("base-files").Link("bin", "usr/bin").File("usr/bin/mawk"));
        Assert.Equal(
            [
                " 755 0:0 etc/",
                " 755 0:0 etc/alternatives/",
                " 777 0:0 etc/alternatives/awk -> /bin/mawk",
                " 755 0:0 usr/",
                " 755 0:0 usr/bin/",
                " 777 0:0 usr/bin/awk -> /etc/alternatives/awk",
            ],
            (await shop.EntriesAsync())[1].Select(AssemblyFixture.Line)
        );
    }

    [Theory]
    [InlineData("/usr/bin/gawk")]
    [InlineData("/usr/bin")]
    [InlineData("/usr/bin/loop")]
    [InlineData("/usr/bin/dangling")]
    [InlineData("/usr/bin/mawk/x")]
    public async Task An_alternative_to_what_is_no_file_is_refused(string target)
    {
        using AssemblyFixture shop = new()
        {
            Layers = $"- {{ name: base, title: b, alternatives: [{{ name: awk, link: /usr/bin/awk, to: {target} }}] }}",
        };
        shop.Add(new TinyDeb("one").File("usr/bin/mawk").Link("usr/bin/loop", "loop").Link("usr/bin/dangling", "../nowhere"));
        await LayerContentTests.RefusedAsync<DefinitionException>(
            shop,
            $"alternative awk: {target} is not a file of layer base or a lower one"
        );
    }

    internal static AssemblyFixture Finishing(string step) => new() { Layers = $"- {{ name: base, title: b, finish: [{step}] }}" };

    internal static async Task<string> TextAsync(AssemblyFixture shop, string path) =>
        AssemblyFixture.Text((await shop.EntriesAsync()).Single().Single(entry => entry.Name == path));

    private static TinyDeb Masters() =>
        new TinyDeb("base-passwd").File("usr/share/base-passwd/passwd.master", Users).File("usr/share/base-passwd/group.master", Groups);
}
