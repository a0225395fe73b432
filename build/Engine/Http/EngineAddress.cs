using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Http;
using Slipway.Oci;

namespace Slipway.Engine;

/// <summary>How an Engine is reached.</summary>
public enum EngineScheme
{
    /// <summary>A Unix socket of this machine.</summary>
    Unix,

    /// <summary>TCP, with TLS but on loopback.</summary>
    Tcp,

    /// <summary>Through the ssh program, to the Engine that the docker program of that host knows.</summary>
    Ssh,
}

/// <summary>
/// Where an Engine is: <c>unix:///PATH</c>, <c>tcp://HOST[:PORT]</c> or <c>ssh://[USER@]HOST[:PORT][/SOCKET]</c>, as in
/// <c>DOCKER_HOST</c>. Whoever reaches an Engine is root on its machine, so TCP without TLS is for loopback only.
/// </summary>
public sealed partial record EngineAddress
{
    private const int PlainPort = 2375;
    private const int TlsPort = 2376;

    private EngineAddress(EngineScheme scheme)
    {
        Scheme = scheme;
    }

    public EngineScheme Scheme { get; }

    /// <summary>Empty for a socket.</summary>
    public string Host { get; private init; } = "";

    /// <summary>Null for a socket, and where ssh's own configuration says it.</summary>
    public int? Port { get; private init; }

    /// <summary>The socket, here or on ssh's host; empty for that host's default.</summary>
    public string Path { get; private init; } = "";

    /// <summary>Whom ssh signs in as; null where its configuration says it.</summary>
    public string? User { get; private init; }

    /// <summary>TLS with a TCP address; null without.</summary>
    public HostTrust? Tls { get; private init; }

    /// <summary>Who named it, for messages: <c>DOCKER_HOST</c>, <c>context 'build'</c>.</summary>
    public string Origin { get; private init; } = "";

    /// <param name="text">The address.</param>
    /// <param name="origin">Who named it.</param>
    /// <param name="tls">Makes TLS for a TCP address; null when there is nothing to make it from.</param>
    /// <exception cref="ContentException">The text is no address of an Engine, or one that would be reached without TLS.</exception>
    public static EngineAddress Parse(string text, string origin, Func<HostTrust>? tls = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        string wanted =
            $"{origin}: wanted unix:///PATH, tcp://HOST:PORT or ssh://[USER@]HOST, got "
            + $"'{Printable.Of(WithoutPassword().Replace(text, "$1…@"))}'";
        if (text.StartsWith("unix://", StringComparison.Ordinal))
        {
            return text[7..] is ['/', ..] path && path.Length <= 107
                ? new EngineAddress(EngineScheme.Unix) { Path = path, Origin = origin }
                : throw new ContentException($"{wanted}: the path must be absolute and fit a socket's name");
        }

        if (
            !Uri.TryCreate(text, UriKind.Absolute, out Uri? address)
            || address.Host.Length == 0
            || address.Query.Length > 0
            || address.Fragment.Length > 0
        )
            throw new ContentException(wanted);
        return address.Scheme switch
        {
            "ssh" => OfSsh(address, origin, wanted),
            "tcp" when address is { UserInfo: "", AbsolutePath: "" or "/" } => OfTcp(address, origin, tls),
            _ => throw new ContentException(wanted),
        };
    }

    public override string ToString() =>
        Scheme switch
        {
            EngineScheme.Unix => $"unix://{Path}",
            EngineScheme.Ssh => string.Create(
                CultureInfo.InvariantCulture,
                $"ssh://{(User is null ? "" : User + "@")}{Host}{(Port is { } port ? $":{port}" : "")}{Path}"
            ),
            _ => string.Create(CultureInfo.InvariantCulture, $"tcp://{Host}:{Port}"),
        };

    private static EngineAddress OfTcp(Uri address, string origin, Func<HostTrust>? tls)
    {
        if (tls is null && !Loopback.Is(address))
            throw new ContentException(
                $"{origin}: {Redaction.Of(address)}: without TLS anybody on the network gets root there. Set DOCKER_TLS_VERIFY and "
                    + "DOCKER_CERT_PATH, use ssh://, or a context with TLS"
            );
        return new EngineAddress(EngineScheme.Tcp)
        {
            Host = address.IdnHost,
            Port =
                address.Port > 0 ? address.Port
                : tls is null ? PlainPort
                : TlsPort,
            Tls = tls?.Invoke(),
            Origin = origin,
        };
    }

    /// <summary>
    /// What goes onto ssh's command line is held to plain characters: neither ssh nor the shell behind it may take it for something else.
    /// </summary>
    private static EngineAddress OfSsh(Uri address, string origin, string wanted)
    {
        string path = address.AbsolutePath == "/" ? "" : Uri.UnescapeDataString(address.AbsolutePath);
        string user = Uri.UnescapeDataString(address.UserInfo);
        if (user.Contains(':', StringComparison.Ordinal))
            throw new ContentException($"{wanted}: a password is not allowed in it");
        if (
            !PlainName().IsMatch(address.Host)
            || (user.Length > 0 && !PlainName().IsMatch(user))
            || (path.Length > 0 && !PlainPath().IsMatch(path))
        )
            throw new ContentException($"{wanted}: only letters, digits, '.', '_' and '-' are allowed, and no '-' in front");
        return new EngineAddress(EngineScheme.Ssh)
        {
            Host = address.Host,
            Port = address.Port > 0 ? address.Port : null,
            Path = path,
            User = user.Length > 0 ? user : null,
            Origin = origin,
        };
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.][A-Za-z0-9_.-]*\z")]
    private static partial Regex PlainName();

    [GeneratedRegex(@"^(/[A-Za-z0-9_.-]+)+\z")]
    private static partial Regex PlainPath();

    [GeneratedRegex(@"^([a-z]+://[^/@:]*:)[^@]*@")]
    private static partial Regex WithoutPassword();
}
