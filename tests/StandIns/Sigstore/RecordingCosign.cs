using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Testing;
using Slipway.Trust;

namespace Slipway.StandIns;

/// <summary>
/// A script in cosign's place: it notes what it was asked and with which tokens, and has this process sign in its place, with an authority
/// and logs of the tests' own, in cosign's forms.
/// </summary>
public sealed class RecordingCosign : IDisposable
{
    public const string Subject = "https://github.com/poseidon/slipway/.github/workflows/release.yml@refs/tags/kubelet/v1.36.4";
    public const string Issuer = "https://token.actions.githubusercontent.com";

    private const string RequestPrefix = "request.",
        ResponsePrefix = "response.";

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-recording-cosign-").FullName;
    private readonly CancellationTokenSource _disposed = new();
    private readonly BundleSigner _signer = new(),
        _tiledSigner;
    private readonly Task _signing;
    private bool _isTiled;
    private string _subject = Subject;

    public RecordingCosign()
    {
        _tiledSigner = new BundleSigner { IsTiled = true };
        File.WriteAllText(Root, _signer.TrustedRoot.ToJsonString());
        File.WriteAllText(At("tiled.json"), _tiledSigner.TrustedRoot.ToJsonString());
        _signing = Task.Run(SignAsync);
    }

    /// <summary>Where it is, for a <c>PATH</c>.</summary>
    public string Folder => _folder;

    /// <summary>What its certificates say of a CI run, beside the issuer.</summary>
    public ImmutableSortedDictionary<int, string> Claims { get; set; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>One line for each time it was asked.</summary>
    public IReadOnlyList<string> Calls => Lines("asked");

    /// <summary>For each time, the variables that may hold secrets, as it saw them.</summary>
    public IReadOnlyList<string> Variables => Lines("seen");

    /// <summary>For each time, whether anything could be read from its input.</summary>
    public IReadOnlyList<string> Input => Lines("input");

    /// <summary>A file with the trusted root by which its signatures are believed.</summary>
    public string Root => At("root.json");

    /// <summary>The same for those that went into a log of tiles.</summary>
    public string TiledRoot => At("tiled.json");

    /// <param name="signs">Shell lines that make <c>$out</c> from <c>$payload</c>, base64; null makes a right bundle.</param>
    /// <param name="help">What its help for attest-blob says.</param>
    /// <param name="isTiled">Whether its log is one of tiles, which gives no promise.</param>
    /// <param name="subject">For whom the certificates are.</param>
    public async Task<CosignProgram> OpenAsync(
        string? signs = null,
        string help = "--statement= --trusted-root=",
        bool isTiled = false,
        string subject = Subject
    )
    {
        (_isTiled, _subject) = (isTiled, subject);
        await WriteAsync(signs, help);
        return await CosignProgram.FindAsync(null, default, At("cosign"));
    }

    /// <summary>As <see cref="OpenAsync"/>, for a program that finds it by itself.</summary>
    public Task WriteAsync(string? signs = null, string help = "--statement= --trusted-root=")
    {
        ProgramFile.Write(
            At("cosign"),
            Script(
                help,
                signs
                    ?? $"""
                    printf '%s\n%s' "$1" "$payload" > "$dir/writing.$$" && mv "$dir/writing.$$" "$dir/{RequestPrefix}$$"
                    while [ ! -e "$dir/{ResponsePrefix}$$" ]; do sleep 0.02; done
                    mv "$dir/{ResponsePrefix}$$" "$out"
                    """
            )
        );
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _signing.Wait();
        _disposed.Dispose();
        _signer.Dispose();
        _tiledSigner.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Signs what the script lays down, until this is disposed.</summary>
    private async Task SignAsync()
    {
        while (!_disposed.IsCancellationRequested)
        {
            foreach (string request in Directory.GetFiles(_folder, RequestPrefix + "*"))
            {
                string[] lines = await File.ReadAllLinesAsync(request);
                File.Delete(request);
                byte[] payload = Convert.FromBase64String(lines.ElementAtOrDefault(1) ?? "");
                BundleSigner signer = _isTiled ? _tiledSigner : _signer;
                SigningSubject subject = new(Issuer, _subject) { Claims = Claims };
                JsonObject bundle = lines[0] == "attest-blob" ? signer.SignEnvelope(payload, subject) : signer.SignFile(payload, subject);
                string response = Path.Combine(_folder, ResponsePrefix + Path.GetFileName(request)[RequestPrefix.Length..]);
                await File.WriteAllBytesAsync(response + ".part", Encoding.UTF8.GetBytes(bundle.ToJsonString()));
                File.Move(response + ".part", response);
            }

            await Task.Delay(10);
        }
    }

    private string[] Lines(string name) => File.Exists(At(name)) ? File.ReadAllLines(At(name)) : [];

    private string At(string name) => Path.Combine(_folder, name);

    private static string Script(string help, string signs) =>
        $$"""
            #!/bin/sh
            dir=$(dirname "$0")
            echo "$*" >> "$dir/asked"
            echo "$SIGSTORE_ID_TOKEN|$ACTIONS_ID_TOKEN_REQUEST_TOKEN|$QUAY_PASSWORD|$DOCKERHUB_TOKEN|$COSIGN_EXPERIMENTAL$COSIGN_INSECURE_IGNORE_TLOG$COSIGN_CERTIFICATE_IDENTITY_REGEXP" >> "$dir/seen"
            if read -r line; then echo "open" >> "$dir/input"; else echo "closed" >> "$dir/input"; fi
            for file; do case "$before" in --bundle) out=$file ;; --statement) statement=$file ;; esac; before=$file; done
            payload=$(base64 -w0 "${statement:-$file}" 2>/dev/null)
            case "$1 $2" in
              "version --json") echo '{ "gitVersion": "v3.0.2" }' ;;
              "attest-blob --help") echo "{{help}}" ;;
              *) {{signs}} ;;
            esac

            """;
}
