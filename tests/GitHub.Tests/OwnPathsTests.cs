using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Slipway.Testing;

namespace Slipway.GitHub.Tests;

/// <summary>Octokit says where at GitHub something is, and our wire alone sends. What is otherwise is named here with its reason.</summary>
public sealed partial class OwnPathsTests
{
    /// <summary>The files that put paths of GitHub's API together by hand.</summary>
    private static Dictionary<string, string> ByHand =>
        new(StringComparer.Ordinal)
        {
            ["Octokit/RepositoryPaths.cs"] =
                "one reference, which Octokit asks for by a path that GitHub does not describe; one asset, whose number Octokit "
                + "holds in an int",
        };

    /// <summary>Whatever of Octokit's sends by itself, or goes on from what it was answered.</summary>
    private static readonly string[] Senders =
    [
        "GitHubClient",
        "HttpClientAdapter",
        "HttpMessageHandlerFactory",
        "CachingHttpClient",
        "GraphQL",
        "OauthClient",
    ];

    [Fact]
    public void A_path_of_the_API_is_put_together_by_hand_only_where_it_is_named()
    {
        string[] found =
        [
            .. Sources()
                .Where(source => Paths().IsMatch(Comments().Replace(source.Text, "")))
                .Select(source => source.Name)
                .Order(StringComparer.Ordinal),
        ];
        Assert.Equal(ByHand.Keys.Order(StringComparer.Ordinal), found);
    }

    [Theory]
    [InlineData("$\"/releases/{id}\"", true)]
    [InlineData("\"repos/a/b\"", true)]
    [InlineData("\"/pulls?state=open\"", true)]
    [InlineData("\"/git/refs\"", true)]
    [InlineData("\"refs/heads/\"", false)]
    [InlineData("// \"/releases\"", false)]
    public void A_path_is_known(string code, bool isOne) => Assert.Equal(isOne, Paths().IsMatch(Comments().Replace(code, "")));

    [Fact]
    public void Nothing_of_Octokits_that_sends_by_itself_is_used()
    {
        using PEReader file = new(File.OpenRead(typeof(GitHubClient).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();
        string[] used =
        [
            .. metadata
                .TypeReferences.Select(metadata.GetTypeReference)
                .Where(type => metadata.GetString(type.Namespace).StartsWith("Octokit", StringComparison.Ordinal))
                .Select(type => metadata.GetString(type.Name)),
        ];
        Assert.Contains("Connection", used);
        Assert.Empty(used.Intersect(Senders));
        Assert.Equal([5], ConnectionsMade(metadata));
    }

    /// <summary>The project file keeps Octokit out of the other rooms' reach.</summary>
    [Fact]
    public void No_other_room_sees_Octokit()
    {
        foreach (string project in Directory.EnumerateFiles(SourceTree.At("build"), "*.csproj", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(project);
            Assert.Equal(
                project.EndsWith("Slipway.GitHub.csproj", StringComparison.Ordinal),
                text.Contains("Octokit", StringComparison.Ordinal)
            );
            Assert.Equal(
                text.Contains("Octokit", StringComparison.Ordinal),
                text.Contains("Include=\"Octokit\" PrivateAssets=\"compile\"", StringComparison.Ordinal)
            );
        }
    }

    /// <summary>
    /// By how many parameters connections are made: only five name the client that sends; with fewer Octokit makes one of its own.
    /// </summary>
    private static IEnumerable<int> ConnectionsMade(MetadataReader metadata)
    {
        foreach (MemberReference member in metadata.MemberReferences.Select(metadata.GetMemberReference))
        {
            if (metadata.GetString(member.Name) != ".ctor" || member.Parent.Kind != HandleKind.TypeReference)
                continue;
            TypeReference type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent);
            if (metadata.GetString(type.Name) != "Connection" || metadata.GetString(type.Namespace) != "Octokit")
                continue;
            BlobReader signature = metadata.GetBlobReader(member.Signature);
            signature.ReadSignatureHeader();
            yield return signature.ReadCompressedInteger();
        }
    }

    private static IEnumerable<(string Name, string Text)> Sources() =>
        from path in Directory.EnumerateFiles(SourceTree.At("build", "GitHub"), "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(SourceTree.At("build", "GitHub"), path)
        where !name.StartsWith("obj/", StringComparison.Ordinal) && !name.StartsWith("bin/", StringComparison.Ordinal)
        select (name, File.ReadAllText(path));

    [GeneratedRegex(
        "\"[^\"\n]*(repos/|repositories/|/(releases|assets|git|pulls|issues|labels|compare|contents|branches|commits|trees|blobs)\\b)[^\"\n]*\""
    )]
    private static partial Regex Paths();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();
}
