namespace Slipway.Processes;

/// <summary>
/// Which of this process's variables a program may have. All others are taken away: they may be secrets, or change what it answers.
/// Names ending in <c>*</c> stand for all that begin so. Immutable.
/// </summary>
public sealed class ProgramEnvironment
{
    /// <summary>Where things are and how a person reads: what every program may know.</summary>
    private static readonly string[] Common =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "TERM",
        "TZ",
        "LANG",
        "LANGUAGE",
        "LC_*",
        "TMPDIR",
        "TMP",
        "TEMP",
        "XDG_*",
        "SYSTEMROOT",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "USERPROFILE",
        "APPDATA",
        "LOCALAPPDATA",
        "PROGRAMDATA",
        "HOMEDRIVE",
        "HOMEPATH",
    ];

    /// <summary>
    /// How a program that talks to others gets out, and whom it trusts there. A proxy's address may hold a password, which is then for it.
    /// </summary>
    private static readonly string[] Network =
    [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];

    /// <summary>How a person is shown something, or asked.</summary>
    private static readonly string[] Desktop = ["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"];

    private readonly string[] _allowed;

    private ProgramEnvironment(params string[] allowed) => _allowed = allowed;

    /// <summary>
    /// For git, which is asked of the clone alone: no host, no agent, no other repository than the one named. Where its settings are it may
    /// know, for those say which folders are safe, and <c>GIT_CONFIG_COUNT</c> with its keys and values is how a CI says that.
    /// </summary>
    public static ProgramEnvironment Git { get; } =
        new([
            .. Common,
            "GIT_CONFIG_GLOBAL",
            "GIT_CONFIG_SYSTEM",
            "GIT_CONFIG_NOSYSTEM",
            "GIT_CONFIG_COUNT",
            "GIT_CONFIG_KEY_*",
            "GIT_CONFIG_VALUE_*",
            "GIT_CEILING_DIRECTORIES",
            "GIT_DISCOVERY_ACROSS_FILESYSTEM",
            "GIT_EXEC_PATH",
        ]);

    /// <summary>For ssh, whose secrets an agent keeps.</summary>
    public static ProgramEnvironment Ssh { get; } =
        new([.. Common, .. Desktop, "SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "KRB5CCNAME"]);

    /// <summary>For gpg, whose secrets its agent keeps.</summary>
    public static ProgramEnvironment Gpg { get; } = new([.. Common, .. Desktop, "GNUPGHOME", "GPG_TTY", "GPG_AGENT_INFO"]);

    /// <summary>For gpgv, whose answer depends on its arguments alone.</summary>
    public static ProgramEnvironment Gpgv { get; } = new("PATH", "SYSTEMROOT");

    /// <summary>For mmdebstrap and apt below it, and the maintainer scripts that they run.</summary>
    public static ProgramEnvironment Mmdebstrap { get; } = new([.. Common, .. Network, "APT_CONFIG"]);

    /// <summary>For what shows a page to a person.</summary>
    public static ProgramEnvironment Browser { get; } =
        new([.. Common, .. Desktop, "BROWSER", "DESKTOP_SESSION", "GNOME_DESKTOP_SESSION_ID", "KDE_FULL_SESSION", "KDE_SESSION_VERSION"]);

    /// <summary>For the .NET SDK, and the tests that it runs: they start what they need with what they make themselves.</summary>
    public static ProgramEnvironment Dotnet { get; } =
        new([.. Common, .. Network, "CI", "DOTNET_*", "NUGET_*", "MSBUILD*", "npm_config_*", "DOCKER_HOST", "DEBIAN_FRONTEND"]);

    /// <summary>
    /// For cosign. It takes any option from a variable called <c>COSIGN_…</c>, and one that ignores the log or lets any identity pass would
    /// weaken what is asked of it without a trace: those alone reach it that say where a private instance is.
    /// </summary>
    public static ProgramEnvironment Cosign { get; } =
        new([
            .. Common,
            .. Network,
            "COSIGN_REKOR_URL",
            "COSIGN_FULCIO_URL",
            "TUF_MIRROR",
            "TUF_ROOT",
            "TUF_ROOT_JSON",
            "SIGSTORE_ROOT_FILE",
            "SIGSTORE_REKOR_PUBLIC_KEY",
            "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE",
            "SIGSTORE_TSA_CERTIFICATE_FILE",
        ]);

    /// <summary>With what a CI lets cosign prove an identity, too.</summary>
    public static ProgramEnvironment CosignIdentity { get; } =
        Cosign.And("SIGSTORE_ID_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL");

    /// <summary>For cosign with a key: a key management service's own variables, where the key is one of its.</summary>
    /// <param name="key">A file, or a URI whose scheme says which service has it.</param>
    public static ProgramEnvironment CosignKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Cosign.And(
            key.Split(':')[0] switch
            {
                "awskms" => ["AWS_*"],
                "azurekms" => ["AZURE_*", "IDENTITY_*", "MSI_*"],
                "gcpkms" => ["GOOGLE_*", "CLOUDSDK_*"],
                "hashivault" => ["VAULT_*", "TRANSIT_SECRET_ENGINE_PATH"],
                "openbao" => ["BAO_*", "VAULT_*", "TRANSIT_SECRET_ENGINE_PATH"],
                "k8s" => ["KUBECONFIG", "KUBERNETES_*"],
                "gitlab" => ["GITLAB_TOKEN", "GITLAB_HOST"],
                "pkcs11" => ["COSIGN_PKCS11_MODULE_PATH", "COSIGN_PKCS11_PIN"],
                _ => [],
            }
        );
    }

    /// <summary>
    /// For a credential helper: its own cloud's variables, where it is a cloud's, and those of the keyring that it may keep secrets in.
    /// </summary>
    /// <param name="name">As Docker's configuration names it: <c>ecr-login</c> of <c>docker-credential-ecr-login</c>.</param>
    public static ProgramEnvironment CredentialHelper(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new ProgramEnvironment([
            .. Common,
            .. Network,
            .. Desktop,
            "DOCKER_CONFIG",
            "GNUPGHOME",
            "GPG_TTY",
            "PASSWORD_STORE_DIR",
        ]).And(
            name switch
            {
                "ecr-login" => ["AWS_*"],
                "acr-env" or "acr-linux" or "acr-login" => ["AZURE_*", "IDENTITY_*", "MSI_*"],
                "gcr" or "gcloud" => ["GOOGLE_*", "CLOUDSDK_*"],
                _ => [],
            }
        );
    }

    /// <summary>Takes everything away that the program may not have.</summary>
    /// <param name="environment">Of a program that is to be started, as it inherits it.</param>
    /// <param name="more">What it gets in any case; a value of null takes one away.</param>
    public void ApplyTo(IDictionary<string, string?> environment, params IEnumerable<(string Name, string? Value)> more)
    {
        ArgumentNullException.ThrowIfNull(environment);
        foreach (string name in environment.Keys.Where(name => !Allows(name)).ToArray())
            environment.Remove(name);
        foreach ((string name, string? value) in more ?? [])
        {
            if (value is null)
                environment.Remove(name);
            else
                environment[name] = value;
        }
    }

    private ProgramEnvironment And(params string[] more) => new([.. _allowed, .. more]);

    private bool Allows(string name) =>
        _allowed.Any(allowed => allowed.EndsWith('*') ? name.StartsWith(allowed[..^1], Comparison) : name.Equals(allowed, Comparison));

    /// <summary>As the system tells names apart.</summary>
    private static StringComparison Comparison =>
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
