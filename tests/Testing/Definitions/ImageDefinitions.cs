using Slipway.Definitions;
using Xunit;

namespace Slipway.Testing;

/// <summary>A sound definition in a scratch folder, of which a test changes one thing.</summary>
internal sealed class ImageDefinitions : IDisposable
{
    public const string Checksum = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// <summary>The sound definition with its upstream file made optional.</summary>
    public static string Optional =>
        Sound
            .ReplaceLineEndings("\n")
            .Replace(
                $"    checksums:\n      amd64: {Checksum}\n      arm64: {Checksum}\n",
                "    optional: true\n",
                StringComparison.Ordinal
            );

    /// <summary>Every key there is but <c>optional</c>, each once at least.</summary>
    public static string Sound =>
        $$"""
            title: Tiny
            description: a tiny image
            version: v1.2.3
            source: https://example.org/tiny
            licenses: Apache-2.0
            platforms: [linux/amd64, linux/arm64]
            repositories:
              official: quay.io/test/tiny
              fallback: docker.io/test/tiny
            debian:
              suites: [trixie, trixie-security]
              components: [main]
              essential: false
              without: [{ package: python3, reason: only scripts need it }, { package: mawk, reason: bash is there }]
            layers:
              - name: base
                title: the base
                packages: [zsh, bash]
                directories:
                  - { path: /srv, mode: "1777", user: 3, group: 4 }
                links:
                  - { path: /bin, target: usr/bin }
              - name: top
                title: the top
                upstream: [tool]
                files:
                  - { from: rootfs/x, to: /x, mode: "0755", user: 5 }
                copies: [{ from: /usr/share/x, to: /etc/y, mode: "0600" }]
                alternatives: [{ name: pager, link: /usr/bin/pager, to: /x }]
                finish: [shells, linker-cache]
            upstream:
              - name: tool
                version: v9
                url: https://example.org/{version}/tool-{arch}.tgz
                checksumFile: https://example.org/{version}/tool-{arch}.tgz.sha256
                signature: { identity: release@example.org, issuer: https://accounts.example.org }
                limitMiB: 3
                checksums:
                  amd64: {{Checksum}}
                  arm64: {{Checksum}}
                install:
                  - member: tool
                    to: /usr/bin/tool
                    mode: "4755"
                    standIn: { package: tool, path: /usr/bin/tool }
                releases: { github: test/tool }
            accounts: [{ name: root, id: 0, home: /root, shell: /bin/sh, groupOnly: false }]
            exclude:
              - { paths: [/usr/share/doc/**], except: [/usr/share/doc/*/copyright], reason: nobody reads it }
              - { paths: ["/usr/lib/{multiarch}/a?"], platforms: [linux/amd64], reason: only there }
            config:
              entrypoint: [/usr/bin/tool]
              command: [run]
              environment: { PATH: /usr/bin }
              user: root
              workingDirectory: /srv
              labels: { a: b }
            node: { unit: tiny.service, variable: TINY_IMAGE }
            releases: { kubernetes: https://example.org/release }

            """;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("slipway-definitions-");

    public string Folder => Path.Combine(_root.FullName, "tiny");

    public ImageDefinition Read(string text)
    {
        return Read(System.Text.Encoding.UTF8.GetBytes(text));
    }

    public ImageDefinition Read(byte[] text)
    {
        foreach (string file in (string[])["rootfs/x", "rootfs/install-cni.sh", "rootfs/json-object.awk"])
        {
            Directory.CreateDirectory(Path.Combine(Folder, "rootfs"));
            File.WriteAllText(Path.Combine(Folder, file), file);
        }

        File.WriteAllBytes(Path.Combine(Folder, ImageDefinition.FileName), text);
        return ImageDefinitionFile.Read(Folder);
    }

    public static ImageDefinition Parse(string? text = null)
    {
        using ImageDefinitions scratch = new();
        return scratch.Read(text ?? Sound);
    }

    /// <summary>The complaint about the sound definition after a change.</summary>
    public static string Complaint(string old, string changed)
    {
        Assert.Contains(old, Sound, StringComparison.Ordinal);
        return Assert.Throws<DefinitionException>(() => Parse(Sound.Replace(old, changed, StringComparison.Ordinal))).Message;
    }

    /// <summary>The repository's own folder of images.</summary>
    public static string Real
    {
        get
        {
            DirectoryInfo? at = new(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "Slipway.slnx")))
                at = at.Parent;
            return Path.Combine(at!.FullName, "images");
        }
    }

    public void Dispose() => _root.Delete(recursive: true);
}
