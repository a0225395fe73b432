using Slipway.Http;
using Slipway.Registry;
using Slipway.Rehearsal;
using Slipway.StandIns;
using Slipway.Trust;

namespace Slipway.Release.Tests;

/// <summary>How one publication ended.</summary>
/// <param name="Failure">Null when it succeeded.</param>
/// <param name="Record">What was kept of it last; null when it ended before the first write.</param>
internal sealed record Outcome(Exception? Failure, ReleaseRecord? Record)
{
    public bool Succeeded => Failure is null;

    /// <summary>What the record says of tags, and what is not so; empty when it says just what is.</summary>
    public IEnumerable<string> Lies(RegistryPair registries) =>
        from destination in Record?.Destinations ?? []
        let there = registries.Tags(destination.Repository.Host)
        from tag in Record!.Plan.Tags
        where
            !destination.Unread.Contains(tag.Name)
            && there.GetValueOrDefault(tag.Name) != destination.Tags.GetValueOrDefault(tag.Name)?.ToString()
        select $"{destination.Repository.Name}:{tag.Name}: the record "
            + $"has {destination.Tags.GetValueOrDefault(tag.Name)?.ToString() ?? "no such tag"}, the "
            + $"registry {there.GetValueOrDefault(tag.Name) ?? "no such tag"}";
}

/// <summary>A publisher of a fixture's image at work on two registries of its own, empty at first.</summary>
internal sealed class PublisherFixture : IAsyncDisposable
{
    private const string Secret = "a password";

    private readonly SignedReleaseFixture _fixture;
    private readonly HttpTransport _transport;

    private PublisherFixture(SignedReleaseFixture fixture, RegistryPair registries, PublisherHandler handler, RetryPolicy retryPolicy)
    {
        _fixture = fixture;
        Registries = registries;
        Handler = handler;
        _transport = new HttpTransport(handler, retryPolicy, TimeProvider.System, _ => { });
    }

    public RegistryPair Registries { get; }

    public PublisherHandler Handler { get; }

    public static async Task<PublisherFixture> OpenAsync(SignedReleaseFixture fixture, RetryPolicy retryPolicy, bool oneAtATime) =>
        new(
            fixture,
            await RegistryPair.StartAsync(
                new RehearsalOptions
                {
                    Storage = RehearsalStorage.InMemory(),
                    Authentication = RehearsalAuthentication.Token,
                    User = "tests",
                    Password = Secret,
                },
                fixture.Official.Name,
                fixture.Fallback.Name
            ),
            new PublisherHandler(HttpTransport.NewHandler(), oneAtATime),
            retryPolicy
        );

    /// <summary>Publishes, and waits until the registries have done with it, too.</summary>
    public async Task<Outcome> PublishAsync(ReleasePlan plan)
    {
        ReleaseRecord? kept = null;
        Publisher publisher = new(Connect, VerificationPolicy.RequireKey(_fixture.Signer.Key), _ => { });
        try
        {
            await publisher.PublishAsync(new ReleaseContent(plan, _fixture.Layout, _fixture.Store.Layout), Keep, default);
            return new Outcome(null, kept);
        }
        catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
        {
            return new Outcome(e, kept);
        }
        finally
        {
            await Registries.SettleAsync();
        }

        Task Keep(ReleaseRecord record)
        {
            kept = record;
            return Task.CompletedTask;
        }
    }

    /// <summary>What is wrong with the releases that are tagged on either registry.</summary>
    public Task<IReadOnlyList<string>> FlawsAsync() => Registries.FlawsAsync(_fixture.Signer.Key.Pem);

    public async ValueTask DisposeAsync()
    {
        _transport.Dispose();
        await Registries.DisposeAsync();
    }

    private RegistryClient Connect() =>
        new(
            _transport,
            Credentials.Of(
                SignedReleaseFixture.Hosts.Select(host => KeyValuePair.Create(host, new Credential("tests", Secret, "the test")))
            ),
            RegistryMap.Parse(Registries.Map),
            TimeProvider.System
        );
}
