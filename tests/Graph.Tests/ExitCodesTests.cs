using System.Reflection;
using Slipway.Archives;
using Slipway.Debian;
using Slipway.Definitions;
using Slipway.Engine;
using Slipway.Fetching;
using Slipway.GitHub;
using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Registry;
using Slipway.Release;
using Slipway.Trust;

namespace Slipway.Graph.Tests;

/// <summary>Every way of failing that a room knows ends in the exit code that the design names for it.</summary>
public class ExitCodesTests
{
    private static readonly Dictionary<Type, Exit?> Codes = new()
    {
        [typeof(TargetFailedException)] = Exit.Failed,
        [typeof(ContentException)] = Exit.WrongData,
        [typeof(DebException)] = Exit.WrongData,
        [typeof(XzException)] = Exit.WrongData,
        [typeof(DefinitionException)] = Exit.WrongConfiguration,
        [typeof(ResolutionException)] = Exit.WrongConfiguration,
        [typeof(ReleaseException)] = Exit.WrongConfiguration,
        [typeof(SigningKeyException)] = Exit.WrongConfiguration,
        [typeof(CertificateException)] = Exit.WrongConfiguration,
        [typeof(UnfitFileException)] = Exit.WrongConfiguration,
        [typeof(ToolMissingException)] = Exit.Unavailable,
        [typeof(ProgramException)] = Exit.Failed,
        [typeof(CosignException)] = Exit.Failed,

        // By what went wrong, below.
        [typeof(RemoteException)] = null,
        [typeof(ExhaustedException)] = null,
        [typeof(DownloadException)] = null,
        [typeof(CutBodyException)] = null,
        [typeof(RegistryException)] = null,
        [typeof(EngineException)] = null,
        [typeof(GitHubException)] = null,
    };

    [Theory]
    [InlineData(401, Exit.Refused)]
    [InlineData(403, Exit.Refused)]
    [InlineData(404, Exit.Unavailable)]
    [InlineData(422, Exit.Failed)]
    [InlineData(429, Exit.TryAgain)]
    [InlineData(503, Exit.TryAgain)]
    public async Task What_GitHub_answers_has_its_code(int status, Exit code)
    {
        using HttpTransport transport = new(new Answering(status), new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        GitHubRepository repository = new GitHubClient(transport, GitHubHosts.Default, GitHubTokens.None, TimeProvider.System).Repository(
            RepositoryName.Parse("a/b")
        );
        Assert.Equal(code, ExitCodes.Of(await Assert.ThrowsAsync<GitHubException>(() => repository.ReadAsync(default))));
    }

    [Fact]
    public void Every_exception_of_the_rooms_has_its_code()
    {
        // All that the program is compiled from: a new room is looked at from its first day.
        Assembly graph = typeof(Exit).Assembly;
        Assembly[] rooms =
        [
            graph,
            .. graph
                .GetReferencedAssemblies()
                .Where(name => name.Name!.StartsWith("Slipway.", StringComparison.Ordinal))
                .Select(Assembly.Load),
        ];
        Assert.InRange(rooms.Length, 16, 30);
        Type[] found = [.. rooms.SelectMany(room => room.ExportedTypes).Where(type => type.IsSubclassOf(typeof(Exception)))];
        Assert.Equal(
            Codes.Keys.Select(type => type.Name).Order(StringComparer.Ordinal),
            found.Select(type => type.Name).Order(StringComparer.Ordinal)
        );
        foreach ((Type type, Exit? code) in Codes)
        {
            if (code is not null)
                Assert.Equal((type, code), (type, ExitCodes.Of(Make(type))));
            else
                Assert.True(type == typeof(RemoteException) || type.IsSubclassOf(typeof(RemoteException)));
        }
    }

    [Theory]
    [InlineData(RemoteFault.TryAgain, Exit.TryAgain)]
    [InlineData(RemoteFault.Refused, Exit.Refused)]
    [InlineData(RemoteFault.NotFound, Exit.Unavailable)]
    [InlineData(RemoteFault.Untrusted, Exit.Unavailable)]
    [InlineData(RemoteFault.Protocol, Exit.Unavailable)]
    public void A_remote_failure_is_told_by_what_can_be_done_about_it(RemoteFault fault, Exit code)
    {
        RemoteException remote = new(fault, "x");
        Assert.Equal(code, ExitCodes.Of(remote));
        Assert.Equal(code, ExitCodes.Of(new DownloadException("x", [remote])));
    }

    [Theory]
    [InlineData(RemoteFault.NotFound, false, Exit.Unavailable)]
    [InlineData(RemoteFault.NotFound, true, Exit.Failed)]
    [InlineData(RemoteFault.Protocol, true, Exit.Failed)]
    [InlineData(RemoteFault.TryAgain, false, Exit.TryAgain)]
    [InlineData(RemoteFault.TryAgain, true, Exit.TryAgain)]
    [InlineData(RemoteFault.Refused, false, Exit.Refused)]
    public void An_engine_that_is_there_and_does_not_do_it_is_told_apart_from_none(RemoteFault fault, bool answer, Exit code)
    {
        Assert.Equal(code, ExitCodes.Of(new EngineException(fault, "x") { IsResponse = answer }));
        Assert.Equal(Exit.WrongConfiguration, ExitCodes.Of(new EngineException(fault, "x") { IsConfiguration = true }));
        Assert.Equal("x", new SlipwayConventions().Describe(Caught(new EngineException(fault, "x") { IsResponse = answer })));
    }

    [Fact]
    public void A_program_that_takes_too_long_may_do_it_another_time() =>
        Assert.Equal(Exit.TryAgain, ExitCodes.Of(new ProgramException("x", "did not end", []) { IsTooSlow = true }));

    [Fact]
    public void A_cosign_that_is_not_there_is_a_missing_tool() =>
        Assert.Equal(Exit.Unavailable, ExitCodes.Of(new CosignException("x") { IsMissing = true }));

    [Fact]
    public void Of_several_mirrors_the_one_that_may_come_back_decides() =>
        Assert.Equal(
            Exit.TryAgain,
            ExitCodes.Of(new DownloadException("x", [new(RemoteFault.NotFound, "a"), new(RemoteFault.TryAgain, "b")]))
        );

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException), Exit.Refused)]
    [InlineData(typeof(FormatException), Exit.Failed)]
    [InlineData(typeof(InvalidOperationException), Exit.Failed)]
    [InlineData(typeof(IOException), Exit.Failed)]
    [InlineData(typeof(NullReferenceException), Exit.Failed)]
    public void What_the_system_throws_has_a_code_too(Type type, Exit code) =>
        Assert.Equal(code, ExitCodes.Of((Exception)Activator.CreateInstance(type)!));

    [Fact]
    public void A_target_that_has_told_its_reason_chooses_its_code() =>
        Assert.Equal(Exit.WrongUse, ExitCodes.Of(new TargetFailedException("x", Exit.WrongUse)));

    [Fact]
    public void The_codes_are_those_of_sysexits() =>
        Assert.Equal([1, 64, 65, 69, 75, 77, 78], Enum.GetValues<Exit>().Select(code => (int)code));

    [Fact]
    public void What_is_expected_to_fail_is_told_in_its_words_and_our_own_faults_in_one_line_without_a_trace()
    {
        SlipwayConventions conventions = new();
        Assert.Equal("what, which", conventions.Describe(Caught(new ContentException("what, which"))));
        Assert.Equal("no space", conventions.Describe(Caught(new IOException("no space"))));
        Assert.DoesNotContain(
            nameof(Caught),
            conventions.Describe(Caught(new InvalidOperationException("ours"))),
            StringComparison.Ordinal
        );
        Assert.Equal(65, conventions.ExitCodeOf(new ContentException("x")));
    }

    private static Exception Caught(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception e) when (ReferenceEquals(e, exception))
        {
            return e;
        }
    }

    private static Exception Make(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors().OrderBy(candidate => candidate.GetParameters().Length).First();
        return (Exception)
            constructor.Invoke([
                .. constructor
                    .GetParameters()
                    .Select(parameter =>
                        parameter.ParameterType == typeof(string) ? "x"
                        : parameter.HasDefaultValue ? parameter.DefaultValue
                        : parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType)
                        : null
                    ),
            ]);
    }

    private sealed class Answering(int status) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status) { RequestMessage = request });
    }
}
