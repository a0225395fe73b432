using Nuke.Common;
using Nuke.Common.IO;

namespace Slipway.Nuke.Tests;

public sealed class RootTests : IDisposable
{
    private readonly TestWorkflow _run = new();

    public void Dispose() => _run.Dispose();

    public class Rooted : Recorded
    {
        public Target Tell => _ => _.Executes(() => Record(RootDirectory));
        public Target Temporary => _ => _.Executes(() => Record(TemporaryDirectory));

        protected internal override void OnBuildCreated() => Record("created");

        protected internal override void OnBuildInitialized() => Record($"initialized {ExecutionPlan.Count} {InvokedTargets.Count}");

        protected internal override void OnTargetRunning(string target) => Record("running " + target);

        protected internal override void OnTargetSkipped(string target) => Record("skipped " + target);

        protected internal override void OnTargetSucceeded(string target) => Record("succeeded " + target);

        protected internal override void OnTargetFailed(string target) => Record("failed " + target);

        protected internal override void OnBuildFinished() => Record("finished " + IsSucceeding);

        public Target Fails => _ => _.Executes(() => throw new InvalidDataException("x"));
        public Target Unwanted => _ => _.OnlyWhenDynamic(() => false).Executes(() => { });
    }

    [Fact]
    public void The_root_is_the_nearest_folder_with_a_nuke_folder()
    {
        _run.WorkingDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "a", "b")).FullName;
        Assert.Equal(0, _run.Of<Rooted>(x => x.Tell));
        Assert.Contains(_run.Root, Recorded.Ran);
    }

    [Fact]
    public void Started_from_elsewhere_the_build_belongs_to_its_own_repository()
    {
        _run.AssemblyDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "build", "bin")).FullName + "/";
        _run.WorkingDirectory = Path.GetTempPath();
        Assert.Equal(0, _run.Of<Rooted>(x => x.Tell));
        Assert.Contains(_run.Root, Recorded.Ran);
    }

    [Fact]
    public void Root_names_another_folder_relative_to_the_working_directory()
    {
        string other = Directory.CreateDirectory(Path.Combine(_run.Root, "other")).FullName;
        Assert.Equal(0, _run.Of<Rooted>(x => x.Tell, "--root", "other"));
        Assert.Contains(other, Recorded.Ran);
    }

    [Fact]
    public void Root_without_a_value_is_the_working_directory()
    {
        _run.WorkingDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "here")).FullName;
        Assert.Equal(0, _run.Of<Rooted>(x => x.Tell, "--root"));
        Assert.Contains(_run.WorkingDirectory, Recorded.Ran);
    }

    [Fact]
    public void A_root_that_is_not_there_is_wrong_use()
    {
        Assert.Equal(64, _run.Of<Rooted>(x => x.Tell, "--root", "nowhere"));
        Assert.Equal($"--root nowhere: folder not found ({_run.Root}/nowhere)\n", _run.Log);
    }

    [Fact]
    public void Without_any_root_the_error_says_how_to_make_one()
    {
        _run.WorkingDirectory = Path.GetTempPath();
        Assert.Equal(64, _run.Of<Rooted>(x => x.Tell));
        Assert.StartsWith("no .nuke folder in ", _run.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void The_temporary_folder_is_made_when_asked_for()
    {
        _run.Of<Rooted>(x => x.Tell, "--help");
        Assert.False(_run.Files.Has(".nuke/temp"));
        _run.Of<Rooted>(x => x.Temporary);
        Assert.True(_run.Files.Has(".nuke/temp"));
    }

    [Fact]
    public void Events_come_in_their_order()
    {
        Assert.Equal(65, _run.Of<Rooted>(null, "Tell", "Fails", "Unwanted"));
        Assert.Equal(
            ["created", "initialized 3 3", "running Tell", _run.Root, "succeeded Tell", "running Fails", "failed Fails", "finished False"],
            Recorded.Ran
        );
        _run.Of<Rooted>(null, "Unwanted");
        Assert.Contains("skipped Unwanted", Recorded.Ran);
    }

    [Fact]
    public void A_path_is_composed_and_taken_apart()
    {
        AbsolutePath path = (AbsolutePath)"/srv/slipway/" / "images" / "../kubelet" / "image.lock.json";
        Assert.Equal("/srv/slipway/kubelet/image.lock.json", path);
        Assert.Equal(("image.lock.json", "image.lock", ".json"), (path.Name, path.NameWithoutExtension, path.Extension));
        Assert.Equal(AbsolutePath.Create("/srv/slipway/kubelet"), path.Parent);
        Assert.True(path.Parent == "/srv/slipway/kubelet/");
        Assert.Equal("/srv/slipway/kubelet.new", path.Parent! + ".new");
        Assert.Null(AbsolutePath.Create("/").Parent);
        Assert.Null((AbsolutePath?)(string?)null);
    }

    [Fact]
    public void A_path_refuses_what_is_not_rooted_and_what_would_leave_its_left_side()
    {
        Assert.Throws<ArgumentException>(() => AbsolutePath.Create("srv"));
        Assert.Throws<ArgumentException>(() => AbsolutePath.Create("/srv") / "/etc/passwd");
    }
}
