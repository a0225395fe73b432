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
using Slipway.Reporting;
using Slipway.Sigstore;
using Slipway.Trust;
using Slipway.Tuf;
using Slipway.Verification;
using Slipway.Views;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>Every way of failing that a room knows ends in the exit code that the design names for it.</summary>
public class ExitCodesTests
{
    private static readonly Dictionary<Type, FailureKind?> Codes = new()
    {
        [typeof(WorkflowException)] = FailureKind.Failed,
        [typeof(WrongUseException)] = FailureKind.WrongUse,
        [typeof(ContentException)] = FailureKind.WrongData,
        [typeof(DebException)] = FailureKind.WrongData,
        [typeof(TufException)] = FailureKind.WrongData,
        [typeof(XzException)] = FailureKind.WrongData,
        [typeof(SigstoreException)] = FailureKind.WrongData,
        [typeof(DefinitionException)] = FailureKind.WrongConfiguration,
        [typeof(ResolutionException)] = FailureKind.WrongConfiguration,
        [typeof(ReleaseException)] = FailureKind.WrongConfiguration,
        [typeof(SigningKeyException)] = FailureKind.WrongConfiguration,
        [typeof(PolicyFileException)] = FailureKind.WrongConfiguration,
        [typeof(CertificateException)] = FailureKind.WrongConfiguration,
        [typeof(UnfitFileException)] = FailureKind.WrongConfiguration,
        [typeof(ToolMissingException)] = FailureKind.Unavailable,
        [typeof(ProgramException)] = FailureKind.Failed,
        [typeof(CosignException)] = FailureKind.Failed,

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
    [InlineData(401, FailureKind.Refused)]
    [InlineData(403, FailureKind.Refused)]
    [InlineData(404, FailureKind.Unavailable)]
    [InlineData(422, FailureKind.Failed)]
    [InlineData(429, FailureKind.TryAgain)]
    [InlineData(503, FailureKind.TryAgain)]
    public async Task What_GitHub_answers_has_its_code(int status, FailureKind code)
    {
        using HttpTransport transport = new(new Answering(status), new RetryPolicy { Attempts = 1 }, TimeProvider.System, _ => { });
        GitHubRepository repository = new GitHubClient(transport, GitHubHosts.Default, GitHubTokens.None, TimeProvider.System).Repository(
            RepositoryName.Parse("a/b")
        );
        Assert.Equal(code, FailureKinds.Of(await Assert.ThrowsAsync<GitHubException>(() => repository.ReadAsync(default))));
    }

    [Fact]
    public void Every_exception_of_the_rooms_has_its_code()
    {
        IReadOnlyCollection<Assembly> rooms = [.. ProductRooms.All.Where(room => room.GetName().Name != "Nuke.Common")];
        Assert.InRange(rooms.Count, 17, 40);
        Type[] found = [.. rooms.SelectMany(room => room.ExportedTypes).Where(type => type.IsSubclassOf(typeof(Exception)))];
        Assert.Equal(
            Codes.Keys.Select(type => type.Name).Order(StringComparer.Ordinal),
            found.Select(type => type.Name).Order(StringComparer.Ordinal)
        );
        foreach ((Type type, FailureKind? code) in Codes)
        {
            if (code is not null)
                Assert.Equal((type, code), (type, FailureKinds.Of(Make(type))));
            else
                Assert.True(type == typeof(RemoteException) || type.IsSubclassOf(typeof(RemoteException)));
        }
    }

    [Theory]
    [InlineData(RemoteFault.TryAgain, FailureKind.TryAgain)]
    [InlineData(RemoteFault.Refused, FailureKind.Refused)]
    [InlineData(RemoteFault.NotFound, FailureKind.Unavailable)]
    [InlineData(RemoteFault.Untrusted, FailureKind.Unavailable)]
    [InlineData(RemoteFault.Protocol, FailureKind.Unavailable)]
    public void A_remote_failure_is_told_by_what_can_be_done_about_it(RemoteFault fault, FailureKind code)
    {
        RemoteException remote = new(fault, "x");
        Assert.Equal(code, FailureKinds.Of(remote));
        Assert.Equal(code, FailureKinds.Of(new DownloadException("x", [remote])));
    }

    [Theory]
    [InlineData(RemoteFault.NotFound, false, FailureKind.Unavailable)]
    [InlineData(RemoteFault.NotFound, true, FailureKind.Failed)]
    [InlineData(RemoteFault.Protocol, true, FailureKind.Failed)]
    [InlineData(RemoteFault.TryAgain, false, FailureKind.TryAgain)]
    [InlineData(RemoteFault.TryAgain, true, FailureKind.TryAgain)]
    [InlineData(RemoteFault.Refused, false, FailureKind.Refused)]
    public void An_engine_that_is_there_and_does_not_do_it_is_told_apart_from_none(RemoteFault fault, bool answer, FailureKind code)
    {
        Assert.Equal(code, FailureKinds.Of(new EngineException(fault, "x") { IsResponse = answer }));
        Assert.Equal(FailureKind.WrongConfiguration, FailureKinds.Of(new EngineException(fault, "x") { IsConfiguration = true }));
        Assert.Equal("x", new SlipwayConventions().Describe(Caught(new EngineException(fault, "x") { IsResponse = answer })));
    }

    [Fact]
    public void A_program_that_takes_too_long_may_do_it_another_time() =>
        Assert.Equal(FailureKind.TryAgain, FailureKinds.Of(new ProgramException("x", "did not end", []) { IsTooSlow = true }));

    [Fact]
    public void A_cosign_that_is_not_there_is_a_missing_tool() =>
        Assert.Equal(FailureKind.Unavailable, FailureKinds.Of(new CosignException("x") { IsMissing = true }));

    [Fact]
    public void Of_several_mirrors_the_one_that_may_come_back_decides() =>
        Assert.Equal(
            FailureKind.TryAgain,
            FailureKinds.Of(new DownloadException("x", [new(RemoteFault.NotFound, "a"), new(RemoteFault.TryAgain, "b")]))
        );

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException), FailureKind.Refused)]
    [InlineData(typeof(FormatException), FailureKind.Failed)]
    [InlineData(typeof(InvalidOperationException), FailureKind.Failed)]
    [InlineData(typeof(IOException), FailureKind.Failed)]
    [InlineData(typeof(NullReferenceException), FailureKind.Failed)]
    public void What_the_system_throws_has_a_code_too(Type type, FailureKind code) =>
        Assert.Equal(code, FailureKinds.Of((Exception)Activator.CreateInstance(type)!));

    [Fact]
    public void A_target_that_has_told_its_reason_chooses_its_code() =>
        Assert.Equal(FailureKind.WrongUse, FailureKinds.Of(new WorkflowException("x", FailureKind.WrongUse)));

    [Fact]
    public void The_codes_are_those_of_sysexits() =>
        Assert.Equal([1, 64, 65, 69, 75, 77, 78], Enum.GetValues<FailureKind>().Select(ExitCodes.Of).Order());

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
