using Slipway.Http;
using Slipway.Oci;
using Slipway.Processes;

namespace Slipway.Registry;

/// <summary>
/// A program <c>docker-credential-NAME</c> of Docker's credential helper protocol: <c>get</c> takes the server on standard
/// input and answers a JSON object with <c>Username</c> and <c>Secret</c>. It is looked for along PATH.
/// </summary>
internal sealed class CredentialProgram
{
    private const string Prefix = "docker-credential-";
    private const int MaximumResponse = 64 * 1024;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly Func<string, string?> _environment;
    private readonly TimeProvider _time;

    public CredentialProgram(string name, Func<string, string?> environment, TimeProvider time)
    {
        _time = time;
        _program = Prefix + name;
        _environment = environment;
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new RemoteException(
                RemoteFault.Refused,
                "credentials: a credential helper's name holds other characters than letters, digits, '-', '_' and '.'"
            );
    }

    /// <summary>What the helper has for a server; null when it says that it has nothing.</summary>
    /// <exception cref="RemoteException">There is no such program, or it failed; its output is not repeated.</exception>
    public async Task<Credential?> GetAsync(string server, CancellationToken cancellationToken)
    {
        string file = (_environment("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, _program))
            .FirstOrDefault(File.Exists)
            ?? throw Failed($"not found along PATH, but a credentials file names it for {server}");
        try
        {
            ProcessResult result = await Program(file, server).RunAsync(cancellationToken);
            if (result.Success)
                return Read(result.Output);
            return result.Output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw Failed($"ended with {result.ExitCode} when asked for {server}");
        }
        catch (ProgramException e)
        {
            // What it said stays with it: that may be the secret.
            throw Failed(
                e.IsTooSlow ? $"no response within {TimeLimit.TotalSeconds:0} s when asked for {server}"
                : e.IsTooMuch ? "its response is too long"
                : "it could not be run"
            );
        }
    }

    private ChildProcess Program(string file, string server) =>
        new(file, "get")
        {
            Environment = ProgramEnvironment.CredentialHelper(_program[Prefix.Length..]),
            Remedy = $"install {_program}",
            Input = server + "\n",
            TimeLimit = TimeLimit,
            Time = _time,
            Output = OutputLimit.Refuse(MaximumResponse),
        };

    private Credential Read(string response)
    {
        try
        {
            return ForeignJson.Read(System.Text.Encoding.UTF8.GetBytes(response), "answer", root =>
            {
                string user = root.RequiredString("Username"),
                    secret = root.RequiredString("Secret");
                return user == "<token>" ? Credential.IdentityToken(secret, _program) : new Credential(user, secret, _program);
            });
        }
        catch (ContentException)
        {
            throw Failed("its response is not a JSON object with Username and Secret");
        }
    }

    private RemoteException Failed(string problem) => new(RemoteFault.Refused, $"credential helper {_program}: {problem}");
}
