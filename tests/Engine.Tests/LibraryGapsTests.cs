using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using Slipway.StandIns;

namespace Slipway.Engine.Tests;

/// <summary>
/// Why some of it stays ours: what Docker.DotNet does where our own request, or our look at its answers, stands. A test that fails here
/// after an update says that the library can do it now, and that ours may go.
/// </summary>
public sealed class LibraryGapsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Build_throws_at_the_progress_of_BuildKit()
    {
        EngineException e = await Assert.ThrowsAsync<EngineException>(() => BuildAsync("""{"id":"moby.buildkit.trace","aux":"CgA="}"""));
        Assert.Contains("aux", Assert.IsType<JsonException>(e.InnerException).Path, StringComparison.Ordinal);
    }

    [Fact]
    public Task Build_says_nothing_when_it_fails() => BuildAsync("""{"errorDetail":{"code":1,"message":"no"},"error":"no"}""");

    [Fact]
    public void A_build_cannot_be_told_to_end() =>
        Assert.DoesNotContain(typeof(IImageOperations).GetMethods().Concat(typeof(ISystemOperations).GetMethods()), method =>
            method.Name.Contains("Cancel", StringComparison.Ordinal)
        );

    [Fact]
    public void Wait_cannot_be_asked_for_the_removal() =>
        Assert.Equal(
            [typeof(string), typeof(CancellationToken)],
            Assert
                .Single(typeof(IContainerOperations).GetMethods(), method => method.Name.StartsWith("Wait", StringComparison.Ordinal))
                .GetParameters()
                .Select(parameter => parameter.ParameterType)
        );

    [Fact]
    public async Task Wait_takes_an_answer_without_a_code_for_success() =>
        Assert.Equal(
            0,
            await AskAsync("/wait", "{}", ResponseLimits.Small, async docker =>
                (await docker.Containers.WaitContainerAsync("x", Stop)).StatusCode
            )
        );

    [Fact]
    public async Task Attach_asks_for_the_container_before_and_has_no_word_for_an_engines_own_complaint()
    {
        await using FakeEngine fake = new(_ => Task.CompletedTask);
        using EngineRequests wire = Wire(fake);
        await Assert.ThrowsAsync<EngineException>(() =>
            wire.AskAsync("ContainerAttach", ResponseLimits.Open, docker =>
                docker.Containers.AttachContainerAsync("x", new ContainerAttachParameters(), Stop)
            )
        );
        Assert.Equal(["GET /v1.41/containers/x/json"], fake.Requests);

        using MultiplexedStream complaint = new(new MemoryStream(DecoderTests.Frame(3, "!")), multiplexed: true);
        await Assert.ThrowsAsync<IOException>(() => complaint.ReadOutputAsync(new byte[8], 0, 8, Stop));
        using MultiplexedStream garbage = new(new MemoryStream(Convert.FromHexString("0100010000000001ff")), multiplexed: true);
        Assert.Equal(1, (await garbage.ReadOutputAsync(new byte[8], 0, 8, Stop)).Count);
    }

    [Theory]
    [InlineData("""{"stream":"Loaded image: x\n"}{""")]
    [InlineData("""{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}""")]
    [InlineData("")]
    public Task Load_takes_garbage_and_a_failure_for_success(string answer) =>
        AskAsync("/images/load", answer, ResponseLimits.Open, LoadAsync);

    private static async Task<bool> LoadAsync(DockerClient docker)
    {
        await docker.Images.LoadImageAsync(new ImageLoadParameters(), Stream.Null, new Progress<JSONMessage>(), Stop);
        return true;
    }

    private static Task<bool> BuildAsync(string answer) => AskAsync("/build", answer, ResponseLimits.Open, async docker =>
        {
            await docker.Images.BuildImageFromDockerfileAsync(
                new ImageBuildParameters(),
                Stream.Null,
                [],
                new Dictionary<string, string>(),
                new Progress<JSONMessage>(),
                Stop
            );
            return true;
        });

    private static async Task<T> AskAsync<T>(string path, string answer, ResponseLimits limits, Func<DockerClient, Task<T>> ask)
    {
        await using FakeEngine fake = new(async request =>
        {
            if (!request.Is("POST", path))
                return;
            await request.BodyAsync();
            await request.JsonAsync(200, answer);
        });
        using EngineRequests wire = Wire(fake);
        return await wire.AskAsync("it", limits, ask);
    }

    private static EngineRequests Wire(FakeEngine fake) => new(fake.Address, TimeProvider.System) { Api = ApiVersion.Oldest };
}
