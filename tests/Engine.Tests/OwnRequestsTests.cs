using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.Engine.Tests;

/// <summary>
/// Docker.DotNet speaks to Engines; what is done by hand beside it is listed here by file, and in the README with its reason. What is new
/// fails, and so does what is listed and no longer there.
/// </summary>
public sealed partial class OwnRequestsTests
{
    private static readonly string Room = SourceTree.At("build", "Engine");

    private static readonly string[] Requests =
    [
        "ContainerRun.cs: containers/{_name}/attach",
        "ContainerRun.cs: containers/{_name}/wait",
        "ImageBuild.cs: build",
        "ImageBuild.cs: build/cancel",
    ];

    [Fact]
    public void Requests_of_our_own_are_those_that_the_library_does_not_have()
    {
        Assert.Equal(Requests, Found(Call()));
        // A path that is put together elsewhere.
        Assert.Equal(Requests, Found(PathOfApi()));
        string readme = File.ReadAllText(Path.Combine(Room, "README.md"));
        Assert.All(Requests, request => Assert.Contains($"`{OfReadme(request)}`", readme, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(@"\bSocket\(|\bSocket \w+ = new|TcpClient|NamedPipe", "EngineConnection.cs")]
    [InlineData(@"ProcessStartInfo|Process\.Start\(", "ProgramStream.cs")]
    [InlineData(@"new (SocketsHttpHandler|HttpClientHandler)|NewHandler\(\)", "EngineConnection.cs")]
    [InlineData(@"new HttpRequestMessage|HttpRequestMessage \w+ = new", "EngineRequests.cs")]
    [InlineData(@"HttpMessageInvoker\(|new HttpClient|HttpClient \w+ = new", "EngineRequests.cs")]
    [InlineData(@"DockerClientBuilder", "EngineHandlerFactory.cs")]
    [InlineData(@"DockerConfig|WithEndpoint|WithContext|WithTransportOptions|WithAuthProvider")]
    [InlineData(@"CertificateValidationCallback|CertificateCredentials|DockerTlsCertificates")]
    public void What_reaches_out_of_the_process_stands_where_it_belongs(string what, params string[] files) =>
        Assert.Equal(files, Sources().Where(source => Regex.IsMatch(source.Code, what)).Select(source => source.Name));

    [Theory]
    [InlineData("Docker.DotNet.LegacyHttp")]
    [InlineData("Docker.DotNet.NativeHttp")]
    [InlineData("Docker.DotNet.NPipe")]
    [InlineData("Docker.DotNet.Unix")]
    [InlineData("Docker.DotNet.X509")]
    public void The_librarys_own_ways_to_a_network_are_not_even_there(string assembly) =>
        Assert.Throws<FileNotFoundException>(() => System.Reflection.Assembly.Load(assembly));

    private static IEnumerable<string> Found(Regex what) =>
        Sources()
            .SelectMany(source => what.Matches(source.Code).Select(match => $"{source.Name}: {match.Groups["path"].Value}"))
            .Order(StringComparer.Ordinal);

    private static string OfReadme(string request) => "/" + request.Split(": ")[1].Replace("{_name}", "ID", StringComparison.Ordinal);

    /// <summary>The room's files without comments.</summary>
    private static IEnumerable<(string Name, string Code)> Sources() =>
        Directory
            .EnumerateFiles(Room, "*.cs", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file =>
                (
                    Path.GetFileName(file),
                    string.Join('\n', File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)))
                )
            );

    [GeneratedRegex("""EngineCall\.\w+\(\$?"(?<path>[^"]*)"|new EngineCall\([^"]*\$?"(?<path>[^"]*)""")]
    private static partial Regex Call();

    [GeneratedRegex(
        """(?<!With\()"/?(v[\d.]+/|v\{[^}]*\}/)?(?<path>((containers|images|build|volumes|networks|exec|session|distribution|system|plugins|swarm|secrets|configs|nodes|services|tasks)/[^"]*)|build|session|grpc|_ping|info|events|commit|auth|swarm)["]"""
    )]
    private static partial Regex PathOfApi();
}
