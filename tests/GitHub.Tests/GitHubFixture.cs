using Slipway.Http;
using Slipway.StandIns;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>
/// A stand-in that stands for github.com, a repository there, and a client. What the stand-in finds wrong fails the test.
/// </summary>
public sealed class GitHubFixture : IAsyncDisposable
{
    public static readonly RetryPolicy Impatient = new()
    {
        Attempts = 3,
        FirstWait = TimeSpan.FromMilliseconds(1),
        LongestWait = TimeSpan.FromMilliseconds(5),
        ResponseTimeLimit = SkippingTime.ResponseTimeLimit,
    };

    private readonly HttpTransport _transport;

    private GitHubFixture(GitHubStandIn server, StandInRepository far, TimeProvider time)
    {
        (Server, Far, Time) = (server, far, time);
        _transport = new HttpTransport(HttpTransport.NewHandler(), Impatient, time, Notices.Add);
        Repository = Client().Repository(Name);
        Anonymous = Client(token: null).Repository(Name);
    }

    public static RepositoryName Name { get; } = new("github.com", "poseidon", "kubelet");

    public GitHubStandIn Server { get; }

    /// <summary>What the server has.</summary>
    public StandInRepository Far { get; }

    public TimeProvider Time { get; }

    public List<string> Notices { get; } = [];

    /// <summary>With the token.</summary>
    public GitHubRepository Repository { get; }

    public GitHubRepository Anonymous { get; }

    public ScratchFolder Folder { get; } = new();

    public static async Task<GitHubFixture> StartAsync()
    {
        TimeProvider time = new SkippingTime();
        GitHubStandIn server = await GitHubStandIn.StartAsync(time);
        return new GitHubFixture(server, await server.AddRepositoryAsync(Name.Owner, Name.Name), time);
    }

    public GitHubClient Client(string? token = GitHubStandIn.Token, IResponseStore? answers = null) =>
        new(
            _transport,
            GitHubHosts.Parse([$"github.com={Server.ApiUrl}"], _ => null),
            new GitHubTokens(name => name == "GH_TOKEN" ? token : null),
            Time
        )
        {
            Responses = answers,
        };

    /// <summary>What a run does that ends at the first thing that goes wrong.</summary>
    /// <returns>Whether it came to its end.</returns>
    public async Task<bool> RunHastilyAsync(Func<GitHubRepository, Task> run)
    {
        using HttpTransport transport = new(HttpTransport.NewHandler(), Impatient with { Attempts = 1 }, Time, Notices.Add);
        GitHubClient client = new(
            transport,
            GitHubHosts.Parse([$"github.com={Server.ApiUrl}"], _ => null),
            new GitHubTokens(name => name == "GH_TOKEN" ? GitHubStandIn.Token : null),
            Time
        );
        try
        {
            await run(client.Repository(Name));
            return true;
        }
        catch (GitHubException)
        {
            return false;
        }
    }

    /// <summary>A file to be uploaded.</summary>
    public Task<AssetFile> FileAsync(string name, string text) =>
        AssetFile.ReadAsync(Folder.Write(name, text), "text/plain", null, default);

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        Folder.Dispose();
        await Server.DisposeAsync();
    }
}
