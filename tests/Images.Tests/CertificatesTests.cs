using System.Formats.Tar;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Images.Tests;

/// <summary>What update-ca-certificates would have made of a layer's authorities.</summary>
public class CertificatesTests
{
    private const string Source = "usr/share/ca-certificates/mozilla/";
    private static readonly DateTimeOffset Then = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_authority_has_its_links_and_a_place_in_the_bundle_by_path()
    {
        string one = Pem("CN=One"),
            two = Pem("CN=Two").TrimEnd('\n');
        using AssemblyFixture shop = FinishingTests.Finishing("certificates");
        shop.Add(
            new TinyDeb("ca-certificates")
                .File(Source + "b.crt", one)
                .File(Source + "a (x), y.crt", two)
                .File(Source + "README", "no authority")
        );
        TarEntry[] entries = [.. (await shop.EntriesAsync()).Single()];
        Assert.Equal(
            [
                "etc/ssl/certs/" + SubjectHash.Of(new X500DistinguishedName("CN=One")) + ".0 -> b.pem",
                "etc/ssl/certs/" + SubjectHash.Of(new X500DistinguishedName("CN=Two")) + ".0 -> a_=x=__y.pem",
                $"etc/ssl/certs/a_=x=__y.pem -> /{Source}a (x), y.crt",
                $"etc/ssl/certs/b.pem -> /{Source}b.crt",
            ],
            Links(entries)
        );
        Assert.Equal(two + "\n" + one, Text(entries, "etc/ssl/certs/ca-certificates.crt"));
        // To the byte: another comment is another image.
        Assert.Equal(
            "# Authorities below /usr/share/ca-certificates; \"!\" in front of one takes it out.\nmozilla/a (x), y.crt\nmozilla/b.crt\n",
            Text(entries, "etc/ca-certificates.conf")
        );
    }

    [Fact]
    public async Task Authorities_of_one_subject_are_numbered_and_a_copy_is_not()
    {
        string old = Pem("CN=Same"),
            young = Pem("CN=Same");
        using AssemblyFixture shop = FinishingTests.Finishing("certificates");
        shop.Add(new TinyDeb("ca-certificates").File(Source + "c.crt", old).File(Source + "a.crt", young).File(Source + "b.crt", young));
        string hash = "etc/ssl/certs/" + SubjectHash.Of(new X500DistinguishedName("CN=Same"));
        Assert.Equal(
            [hash + ".0 -> a.pem", hash + ".1 -> c.pem"],
            Links((await shop.EntriesAsync()).Single()).Where(link => link.StartsWith(hash, StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("nothing", "wanted one certificate, got 0")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is not a certificate")]
    public async Task What_is_no_certificate_is_refused(string content, string because)
    {
        using AssemblyFixture shop = FinishingTests.Finishing("certificates");
        shop.Add(new TinyDeb("ca-certificates").File(Source + "a.crt", content));
        await LayerContentTests.RefusedAsync<ContentException>(shop, because);
    }

    [Fact]
    public async Task Two_certificates_in_a_file_are_refused()
    {
        using AssemblyFixture shop = FinishingTests.Finishing("certificates");
        shop.Add(new TinyDeb("ca-certificates").File(Source + "a.crt", Pem("CN=One") + Pem("CN=Two")));
        await LayerContentTests.RefusedAsync<ContentException>(
            shop,
            "/usr/share/ca-certificates/mozilla/a.crt: wanted one certificate, got 2"
        );
    }

    [Fact]
    public async Task Two_authorities_whose_links_have_one_name_are_refused()
    {
        using AssemblyFixture shop = FinishingTests.Finishing("certificates");
        shop.Add(new TinyDeb("ca-certificates").File(Source + "a b.crt", Pem("CN=One")).File(Source + "a_b.crt", Pem("CN=Two")));
        await LayerContentTests.RefusedAsync<ContentException>(
            shop,
            "/etc/ssl/certs/a_b.pem: finishing step certificates and finishing step certificates both have this path"
        );
    }

    /// <summary>Names in DER, and what <c>openssl x509 -subject_hash</c> 3.0 prints for a certificate of that subject.</summary>
    [Theory]
    [InlineData(
        "303d310b300906035504061302444531183016060355040a0c0f202054776f202020426c616e6b73203114301206035504030c0b5550504552206c6f776572",
        "96496957"
    )]
    [InlineData("30253123302106035504031e1a0046015100740061006e00fa007300ed0074007600e1006e0079", "14b530dc")]
    [InlineData("301a310c300a060355040a1403dc6eef310a30080603550403140158", "9221b875")]
    [InlineData("30163114300806035504030c01623008060355040b0c0141", "c8419504")]
    [InlineData("302e310a300806035504031301783120301e06092a864886f70d010901161141646d696e404578616d706c652e4f5247", "6a4ddbb4")]
    [InlineData("30133111300f06035504031e080041006200200150", "d64e053c")]
    public void A_subject_is_hashed_as_openssl_does(string der, string hash) =>
        Assert.Equal(hash, SubjectHash.Of(new X500DistinguishedName(Convert.FromHexString(der))));

    private static string Pem(string subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(
            Then,
            Then.AddDays(1)
        );
        return certificate.ExportCertificatePem() + "\n";
    }

    private static IEnumerable<string> Links(IEnumerable<TarEntry> entries) =>
        entries.Where(entry => entry.EntryType == TarEntryType.SymbolicLink).Select(entry => $"{entry.Name} -> {entry.LinkName}");

    private static string Text(IEnumerable<TarEntry> entries, string path) =>
        AssemblyFixture.Text(entries.Single(entry => entry.Name == path));
}
