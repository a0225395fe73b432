using System.Diagnostics;
using Slipway.Testing;

namespace Slipway.Peers.Tests;

/// <summary>install-cni.sh of the assembled flannel-cni in its own root, which nobody can write to.</summary>
[Collection(FlannelImages.Name)]
public sealed class InstallerTests(FlannelFixture fixture) : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly InstallerHost _host = new();

    public void Dispose()
    {
        _folder.Dispose();
        _host.Dispose();
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task It_installs_leaves_what_is_not_its_own_alone_and_changes_nothing_the_second_time(string architecture)
    {
        UnpackedRoot root = await fixture.UnpackAsync(architecture, _folder);
        File.WriteAllText(Path.Combine(_host.Plugins, "other"), "not ours");
        File.WriteAllText(Path.Combine(_host.Networks, "87-podman.conflist"), "not ours");
        LeaveUnfinished(".bridge.slipway-new.abc123", TimeSpan.FromMinutes(-11));
        LeaveUnfinished(".bridge.slipway-new.abc124", TimeSpan.FromDays(300));
        string[] expected =
        [
            "10-flannel.conflist",
            "87-podman.conflist",
            "bandwidth",
            "bridge",
            "host-local",
            "loopback",
            "other",
            "portmap",
            "tuning",
        ];

        (await root.RunAsync(_host.Run)).Require();

        _host.RequireInstalled(root);
        Assert.Equal(expected, _host.Names);
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(_host.Plugins, "other")));
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(_host.Networks, "87-podman.conflist")));
        string before = await InodesAsync();

        ChildResult again = (await root.RunAsync(_host.Run)).Require();

        Assert.Equal(before, await InodesAsync());
        Assert.DoesNotContain("wrote", again.Output, StringComparison.Ordinal);
        _host.RequireInstalled(root);
    }

    [Fact]
    public async Task It_keeps_to_the_folders_and_the_name_that_the_variables_give()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        RootRun run = _host.Run with
        {
            Mounts = [new HostMount(_host.Plugins, "/var/lib/cni bin"), new HostMount(_host.Networks, "/etc/kubernetes/cni")],
            Variables = new Dictionary<string, string>
            {
                ["CNI_BIN_DIR"] = "/var/lib/cni bin",
                ["CNI_NET_DIR"] = "etc/kubernetes/cni/",
                ["CNI_CONF_NAME"] = "05 my.conflist",
                ["CNI_NETWORK_CONFIG"] = "{\n  \"name\": \"a\",\n  \"plugins\": []\n}\n",
            },
        };

        (await root.RunAsync(run)).Require();

        Assert.True(File.Exists(Path.Combine(_host.Plugins, "bridge")));
        Assert.Equal("{\n  \"name\": \"a\",\n  \"plugins\": []\n}\n\n", File.ReadAllText(Path.Combine(_host.Networks, "05 my.conflist")));
        Assert.Single(Directory.EnumerateFiles(_host.Networks));
    }

    [Fact]
    public async Task What_is_not_mounted_is_left_out_and_told()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        ChildResult nothing = (await root.RunAsync(_host.Run with { Mounts = [] })).Require();
        Assert.Contains("/host/opt/cni/bin is not mounted, plugins are not installed", nothing.Output, StringComparison.Ordinal);
        Assert.Contains("/host/etc/cni/net.d is not mounted, no configuration is written", nothing.Output, StringComparison.Ordinal);

        (await root.RunAsync(_host.Run with { Mounts = [_host.Run.Mounts[0]], Variables = new Dictionary<string, string>() })).Require();
        Assert.Equal(["bandwidth", "bridge", "host-local", "loopback", "portmap", "tuning"], _host.Names);
    }

    [Fact]
    public async Task A_plugin_that_runs_goes_on_with_its_old_file()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        string plugin = Path.Combine(_host.Plugins, "bridge");
        File.Copy("/bin/sleep", plugin);
        byte[] old = File.ReadAllBytes(plugin);
        using Process running = Process.Start(plugin, ["10000"]);
        try
        {
            (await root.RunAsync(_host.Run)).Require();

            _host.RequireInstalled(root);
            Assert.False(running.HasExited);
            // The link says "(deleted)", and what it leads to is the old file still.
            Assert.Equal(old, File.ReadAllBytes($"/proc/{running.Id}/exe"));
        }
        finally
        {
            running.Kill();
            await running.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData(0, "/host/opt/cni/bin")]
    [InlineData(1, "/host/etc/cni/net.d")]
    public async Task A_folder_that_cannot_be_written_to_is_refused_before_anything_is_written(int folder, string named)
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        HostMount[] mounts = [.. _host.Run.Mounts];
        mounts[folder] = mounts[folder] with { Writable = false };

        ChildResult refused = (await root.RunAsync(_host.Run with { Mounts = mounts })).Require(77);

        Assert.Equal(
            $"install-cni: {named} cannot be written to: Read-only file system. Is its volume read-only or full?\n",
            refused.Error
        );
        Assert.Empty(_host.Names);
    }

    [Fact]
    public async Task What_another_installer_is_writing_stays()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        LeaveUnfinished(".bridge.slipway-new.abc123", TimeSpan.Zero);
        LeaveUnfinished(".bridge.slipway-new.abc124", TimeSpan.FromMinutes(-5));

        (await root.RunAsync(_host.Run)).Require();

        Assert.Equal([".bridge.slipway-new.abc123", ".bridge.slipway-new.abc124"], _host.Names.Where(name => name[0] == '.'));
    }

    [Fact]
    public async Task Many_installers_at_once_all_end_well()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        for (int round = 0; round < 5; round++)
        {
            foreach (string file in Directory.EnumerateFiles(_host.Plugins))
                File.Delete(file);
            RootRun run = _host.Run with
            {
                Command =
                [
                    "/bin/sh",
                    "-ec",
                    "for i in 1 2 3 4 5 6; do /install-cni.sh & all=\"${all:-} $!\"; done; for i in $all; do wait $i; done",
                ],
            };
            ChildResult all = (await root.RunAsync(run)).Require();
            Assert.Empty(all.Error);
            _host.RequireInstalled(root);
        }
    }

    [Fact]
    public async Task A_full_disk_leaves_the_old_plugin_whole_and_nothing_unfinished()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        RootRun run = _host.Run with
        {
            Around = $"""
                mount -t tmpfs -o size=1m tmpfs "$root/host/opt/cni/bin"
                echo old >"$root/host/opt/cni/bin/bandwidth"
                code=0
                "$@" || code=$?
                cp -a "$root/host/opt/cni/bin/." '{_host.Plugins}'
                exit $code
                """,
        };

        ChildResult refused = (await root.RunAsync(run)).Require(1);

        Assert.Contains("install-cni: /host/opt/cni/bin/bandwidth cannot be written\n", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["bandwidth"], _host.Names);
        Assert.Equal("old\n", File.ReadAllText(Path.Combine(_host.Plugins, "bandwidth")));
    }

    [Fact]
    public async Task A_folder_in_the_place_of_a_file_is_refused_and_stays()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        Directory.CreateDirectory(Path.Combine(_host.Plugins, "bandwidth"));
        ChildResult refused = (await root.RunAsync(_host.Run)).Require(1);
        Assert.Contains("install-cni: /host/opt/cni/bin/bandwidth cannot be replaced\n", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_host.Plugins, "bandwidth")));
        Assert.Empty(_host.Names);
    }

    [Fact]
    public async Task A_link_is_replaced_and_what_it_leads_to_stays()
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        File.WriteAllText(Path.Combine(_host.Plugins, "other"), "not ours");
        File.CreateSymbolicLink(Path.Combine(_host.Plugins, "bridge"), "other");

        (await root.RunAsync(_host.Run)).Require();

        _host.RequireInstalled(root);
        Assert.Null(new FileInfo(Path.Combine(_host.Plugins, "bridge")).LinkTarget);
        Assert.Equal("not ours", File.ReadAllText(Path.Combine(_host.Plugins, "other")));
    }

    [Theory]
    [InlineData("CNI_CONF_NAME", "../10-flannel.conflist", "install-cni: CNI_CONF_NAME '../10-flannel.conflist' is no file name\n")]
    [InlineData("CNI_CONF_NAME", "..", "install-cni: CNI_CONF_NAME '..' is no file name\n")]
    [InlineData(
        "CNI_NET_DIR",
        "/etc/../..",
        "install-cni: CNI_BIN_DIR '/opt/cni/bin' and CNI_NET_DIR '/etc/../..' are to be folders without ..\n"
    )]
    public async Task A_variable_that_leads_elsewhere_is_refused(string variable, string value, string because)
    {
        UnpackedRoot root = await fixture.UnpackAsync(UnpackedRoot.Native, _folder);
        ChildResult refused = (
            await root.RunAsync(_host.Run with { Variables = new Dictionary<string, string>(_host.Run.Variables) { [variable] = value } })
        ).Require(78);
        Assert.Equal(because, refused.Error);
        Assert.Empty(_host.Names);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Asked_to_sleep_it_does_so_as_the_first_process_until_it_is_told_to_end(string architecture)
    {
        UnpackedRoot root = await fixture.UnpackAsync(architecture, _folder);
        RootRun run = _host.Run with
        {
            Variables = new Dictionary<string, string>(_host.Run.Variables) { ["SLEEP"] = "true" },
            // The first process of a container gets no signal that it does not handle.
            Around = $"""
                unshare --pid --fork --kill-child -- "$@" >'{_host.At("said")}' &
                until grep -q 'done, sleeping' '{_host.At("said")}'; do kill -0 $!; sleep 0.1; done
                kill -TERM $(grep -ls "^PPid:[[:space:]]*$!\$" /proc/[0-9]*/status | cut -d / -f 3)
                wait $!
                """,
        };

        (await root.RunAsync(run)).Require();

        _host.RequireInstalled(root);
    }

    private void LeaveUnfinished(string name, TimeSpan from)
    {
        string path = Path.Combine(_host.Plugins, name);
        File.WriteAllText(path, "left by a crash");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow + from);
    }

    /// <summary>Which file is behind each name, and when it was changed.</summary>
    private async Task<string> InodesAsync() =>
        (await new ChildProcess("sh", "-c", "stat -c '%n %i %z' \"$1\"/* \"$2\"/*", "sh", _host.Plugins, _host.Networks).RunAsync())
            .Require()
            .Output;
}
