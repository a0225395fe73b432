using System.Text.RegularExpressions;
using Slipway.Oci;
using Slipway.Testing;

namespace Slipway.Registry.Tests;

/// <summary>A registry that is known by name is one row, which everything follows; its names stand nowhere else in the product.</summary>
public sealed partial class KnownRegistryTests
{
    public static TheoryData<string> Hosts { get; } = [.. KnownRegistry.All.Select(known => known.Host)];

    public static TheoryData<string, string> Spellings { get; } =
    [
        .. KnownRegistry.All.SelectMany(known =>
            ((string[])[known.Host, .. known.Aliases]).SelectMany(name =>
                (TheoryDataRow<string, string>[])[(known.Host, name), (known.Host, name.ToUpperInvariant()), (known.Host, name + ":443")]
            )
        ),
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task Every_name_is_the_same_registry(string host, string name)
    {
        KnownRegistry known = KnownRegistry.Of(host)!;
        Assert.Equal(host, RegistryName.Canonical(name));
        Assert.Equal(known.Address, RegistryMap.Default.AddressOf(name));
        Assert.Equal($"{host}/{Prefix(known)}image", Reference.Parse(name + "/image").Place);
        Assert.Equal($"{host}/owner/image", Reference.Parse(name + "/owner/image").Place);
        Assert.Equal("user", (await Environment(known).ForAsync(name, "owner/image", RegistryMap.Default, default))?.User);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Its_variables_are_found_and_told_where_they_are_missing(string host)
    {
        KnownRegistry known = KnownRegistry.Of(host)!;
        Credential? found = await Environment(known).ForAsync(host, null, RegistryMap.Default, default);
        Assert.Equal(("user", "secret", $"{known.UserVariable} and {known.SecretVariable}"), (found!.User, found.Secret, found.Origin));

        using RegistryHandler far = new(_ => RegistryHandler.Answer(403));
        Repository nobody = new RegistryClient(
            new Http.HttpTransport(far, ClientFixture.Impatient, TimeProvider.System, _ => { }),
            Credentials.None,
            RegistryMap.Default,
            TimeProvider.System
        ).Repository(Reference.Parse(host + "/owner/image"));
        RegistryException e = await Assert.ThrowsAsync<RegistryException>(() => nobody.TagsAsync(default));
        Assert.EndsWith($"; no credentials were found: set {known.UserVariable} and {known.SecretVariable}", e.Message);
        Assert.All(far.Requests, request => Assert.Equal(known.Address.Host, request.Address.Host));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_file_of_credentials_may_call_it_by_each_of_its_names(string host)
    {
        using ScratchFolder folder = new();
        foreach (string key in KnownRegistry.Of(host)!.CredentialsKeys)
        {
            string file = folder.Write("auth.json", $$"""{"auths": {"{{key}}": {"username": "user", "password": "{{key}}" } } }""");
            Credentials credentials = Credentials.From(name => name == "REGISTRY_AUTH_FILE" ? file : null);
            Assert.Equal(key, (await credentials.ForAsync(host, "owner/image", RegistryMap.Default, default))?.Secret);
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Its_tokens_come_from_its_own_sites_alone(string host)
    {
        KnownRegistry known = KnownRegistry.Of(host)!;
        foreach (string realm in (string[])[known.Address.Host, known.TokenHost ?? known.Address.Host])
        {
            Assert.True(RealmPolicy.Default.Allows(host, known.Address, $"https://{realm}/token", out _));
            Assert.False(RealmPolicy.Default.Allows(host, known.Address, $"http://{realm}/token", out _));
            Assert.False(RealmPolicy.Default.Allows(host, known.Address, $"https://{realm}:8443/token", out _));
            Assert.False(RealmPolicy.Default.Allows("registry.example", new Uri("https://registry.example/"), $"https://{realm}/", out _));
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Deleting_by_hand_is_told_with_the_page_of_the_repository(string host)
    {
        string advice = KnownRegistry.Of(host)!.DeletionAdvice("owner/image");
        Assert.Matches(@"\bopen https://\S*owner/image", advice);
        Assert.DoesNotContain("REPOSITORY", advice, StringComparison.Ordinal);
    }

    /// <summary>Comments may have them, and so may what people are told: help for a parameter, and an example, as quay.io/a/b.</summary>
    [Fact]
    public void Its_names_stand_in_no_other_source()
    {
        string[] words =
        [
            .. KnownRegistry
                .All.SelectMany(known =>
                    (string?[])
                        [
                            known.Address.Host,
                            known.TokenHost,
                            known.CredentialsKey,
                            known.UserVariable,
                            known.SecretVariable,
                            new Uri(known.TagsPage).Host,
                            known.Host,
                            .. known.Aliases,
                        ]
                )
                .OfType<string>()
                .Distinct()
                .Select(Regex.Escape),
        ];
        Regex names = new($@"(?<!\bas (?:in )?)(?<![\w.-])(?:{string.Join('|', words)})(?![\w-]|\.\w)", RegexOptions.IgnoreCase);
        string[] found =
        [
            .. Directory
                .EnumerateFiles(SourceTree.At("build"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && Path.GetFileName(file) != "KnownRegistry.cs")
                .SelectMany(file =>
                    names
                        .Matches(Help().Replace(Comment().Replace(File.ReadAllText(file), ""), ""))
                        .Select(match => $"{file}: {match.Value}")
                ),
        ];
        Assert.Empty(found);
        Assert.NotEmpty(names.Matches(File.ReadAllText(SourceTree.At("build", "Oci", "KnownRegistry.cs"))));
    }

    private static Credentials Environment(KnownRegistry known) =>
        Credentials.From(name =>
            name == known.UserVariable ? "user"
            : name == known.SecretVariable ? "secret"
            : null
        );

    private static string Prefix(KnownRegistry known) => known.DefaultNamespace is { } owner ? owner + "/" : "";

    [GeneratedRegex(@"^\s*//.*$|[;{},] //.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\[(?:Parameter|Example)\(\s*(?:""(?:[^""\\]|\\.)*""\s*[+,]?\s*)+")]
    private static partial Regex Help();
}
