using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Slipway.Definitions;
using Slipway.Oci;

namespace Slipway.Images;

/// <summary>
/// What ca-certificates' postinst and update-ca-certificates(8) make of the authorities in the layer when all of them are
/// trusted: <c>/etc/ca-certificates.conf</c>, a link for each in <c>/etc/ssl/certs</c>, the links by subject hash that
/// OpenSSL looks for, and the bundle, sorted by path.
/// </summary>
internal sealed class CertificatesStep : IFinishingStep
{
    private const string Source = "usr/share/ca-certificates/";
    private const string Folder = "etc/ssl/certs/";
    private const string Extension = ".crt";
    private const string Comment = "# Authorities below /usr/share/ca-certificates; \"!\" in front of one takes it out.\n";

    public string Name => FinishingStepName.Certificates;

    public IReadOnlyList<LayerEntry> Finish(UnfinishedLayer layer)
    {
        string owner = ContentOwner.OfStep(Name);
        string[] paths =
        [
            .. layer
                .Below(Source)
                .Where(entry => entry.Kind == LayerEntryKind.File && entry.Path.EndsWith(Extension, StringComparison.Ordinal))
                .Select(entry => entry.Path),
        ];
        if (paths.Length == 0)
            throw new DefinitionException(
                $"{layer.Image.Name} {layer.Platform}: finishing step {Name}: layer {layer.Definition.Name} has no *{Extension} "
                    + $"below /{Source}"
            );
        (string Path, byte[] Pem)[] authorities = [.. paths.Select(path => (path, layer.Read(path, Name)))];
        string list = Comment + string.Concat(paths.Select(path => path[Source.Length..] + "\n"));
        return
        [
            LayerEntry.File("etc/ca-certificates.conf", Encoding.UTF8.GetBytes(list), owner),
            .. paths.Select(path => LayerEntry.SymbolicLink(Folder + LinkName(path), "/" + path, owner)),
            .. HashLinks(authorities, owner),
            LayerEntry.File(Folder + "ca-certificates.crt", [.. authorities.SelectMany(authority => Ended(authority.Pem))], owner),
            LayerEntry.Directory("usr/local/share/ca-certificates", owner),
        ];
    }

    /// <summary>The file's name with blanks, brackets and commas written otherwise.</summary>
    private static string LinkName(string path) =>
        Path.GetFileName(path)[..^Extension.Length].Replace(' ', '_').Replace(',', '_').Replace('(', '=').Replace(')', '=') + ".pem";

    /// <summary>
    /// <c>HASH.N</c> for each authority; those of one subject are numbered in the order of their links' names, a second copy of one gets
    /// none.
    /// </summary>
    private IEnumerable<LayerEntry> HashLinks((string Path, byte[] Pem)[] authorities, string owner) =>
        authorities
            .OrderBy(authority => LinkName(authority.Path), StringComparer.Ordinal)
            .Select(authority => (Name: LinkName(authority.Path), Certificate: Parse(authority.Path, authority.Pem)))
            .DistinctBy(authority => authority.Certificate.Content, StringComparer.Ordinal)
            .GroupBy(authority => authority.Certificate.Subject, StringComparer.Ordinal)
            .SelectMany(group =>
                group.Select((authority, number) => LayerEntry.SymbolicLink($"{Folder}{group.Key}.{number}", authority.Name, owner))
            );

    private (string Subject, string Content) Parse(string path, byte[] pem)
    {
        try
        {
            X509Certificate2Collection found = [];
            found.ImportFromPem(Encoding.UTF8.GetString(pem));
            if (found.Count != 1)
                throw new ContentException($"finishing step {Name}: /{path}: wanted one certificate, got {found.Count}");
            using X509Certificate2 certificate = found[0];
            return (SubjectHash.Of(certificate.SubjectName), certificate.GetCertHashString(HashAlgorithmName.SHA256));
        }
        catch (CryptographicException e)
        {
            throw new ContentException($"finishing step {Name}: /{path} is not a certificate: {e.Message}", e);
        }
    }

    private static IEnumerable<byte> Ended(byte[] text) => text is [.., (byte)'\n'] ? text : text.Append((byte)'\n');
}
