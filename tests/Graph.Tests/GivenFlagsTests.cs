using Slipway.Oci;

namespace Slipway.Graph.Tests;

public class GivenFlagsTests
{
    [Theory]
    [InlineData("Preview --artifacts-directory out", "./build.sh Sign --images tools --artifacts-directory out")]
    [InlineData(
        "Preview --images kubelet tools --ArtifactsDirectory=out --json",
        "./build.sh Sign --images tools --ArtifactsDirectory=out"
    )]
    [InlineData(
        "Publish --registry-map quay.io=http://127.0.0.1:1/ docker.io=http://127.0.0.1:2/ --reason why --root .",
        "./build.sh Sign --images tools --registry-map quay.io=http://127.0.0.1:1/ docker.io=http://127.0.0.1:2/ --root ."
    )]
    [InlineData(
        "Fetch --upstream-mirror https://me:secret@host/a?token=secret --offline",
        "./build.sh Sign --images tools --upstream-mirror 'https://…@host/a?…' --offline"
    )]
    [InlineData(
        "Withdraw --release v1.0.0 --yes --republish-withdrawn-unsafe --skip Inspect --signing-key k.pem",
        "./build.sh Sign --images tools --signing-key k.pem"
    )]
    public void The_user_s_flags_that_hold_for_the_next_command_are_in_it(string typed, string wanted)
    {
        NextCommand next = new("Sign") { Image = "tools" };
        Exception failure = next.After(new ContentException($"tools: nothing is signed. Run {next}"));
        Assert.Equal("tools: nothing is signed. Run " + wanted, new GivenFlags(typed.Split(' ')).Words(failure));
        Assert.Equal(
            "around: tools: nothing is signed. Run " + wanted,
            new GivenFlags(typed.Split(' ')).Words(new ContentException("around: " + failure.Message, failure))
        );
    }

    [Fact]
    public void A_flag_that_led_here_is_left_out_and_a_text_without_a_command_is_as_it_is()
    {
        NextCommand next = new("Fetch") { Without = ["--offline"] };
        Assert.Equal(
            "Run ./build.sh Fetch --images 'a b'",
            new GivenFlags(["Assemble", "--offline", "--images", "a b"]).Words(next.After(new ContentException($"Run {next}")))
        );
        Assert.Equal("Run ./build.sh Fetch", new GivenFlags(["--root", "x"]).Words(new ContentException("Run ./build.sh Fetch")));
    }
}
