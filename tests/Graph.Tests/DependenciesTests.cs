using System.Security.Cryptography;
using System.Text.Json;
using Nuke.Common.IO;
using Slipway.Development;
using Slipway.Oci;
using Slipway.Spdx;
using Slipway.Testing;
using Slipway.Workflows;

namespace Slipway.Graph.Tests;

/// <summary>What the program is made of is written down, with licences that may be, and no more than there is.</summary>
public sealed class DependenciesTests
{
    private static readonly string[] Licences = ["MIT", "Apache-2.0", "BSD-3-Clause", "BSD-2-Clause", "0BSD", "ISC"];

    private static readonly NuGetPackages Packages = new((AbsolutePath)SourceTree.Root);

    private static string Versions => File.ReadAllText(SourceTree.At("Directory.Packages.props"));

    [Fact]
    public void The_committed_document_is_what_lock_files_and_versions_say() =>
        Assert.Equal(
            new DependenciesDocument(Packages.OfPrograms(), Packages.OfTestsAlone(), Versions).ToString(),
            File.ReadAllText(SourceTree.At("docs", DependenciesDocument.FileName))
        );

    [Fact]
    public void Every_package_declares_a_licence_that_asks_for_no_more_than_naming_it() =>
        Assert.All(Packages.OfPrograms().Concat(Packages.OfTestsAlone()), package => Assert.Contains(package.Licence, Licences));

    [Fact]
    public void A_version_without_a_reason_and_one_that_nobody_uses_are_named()
    {
        string first = Packages.OfProgram()[0].Name;
        Assert.Contains(
            $"{first} has no Purpose=",
            Assert
                .Throws<ContentException>(() =>
                    new DependenciesDocument(
                        Packages.OfProgram(),
                        [],
                        $"""<Project><PackageVersion Include="{first}" Version="1" /></Project>"""
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Nobody.Uses.It is in no lock file",
            Assert
                .Throws<ContentException>(() =>
                    new DependenciesDocument(
                        Packages.OfProgram(),
                        [],
                        """<Project><PackageVersion Include="Nobody.Uses.It" Version="1" Purpose="x" Alternative="y" /></Project>"""
                    )
                )
                .Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task The_bill_of_materials_has_every_package_and_its_hash()
    {
        using ScratchFolder folder = new();
        ChildResult result = (
            await (new SlipwayCommand(SourceTree.Root) { Cache = folder.At("cache") }).RunAsync(
                "Package",
                "--skip",
                "--artifacts-directory",
                folder.At("artifacts")
            )
        ).Require();
        byte[] bytes = await File.ReadAllBytesAsync(result.Lines[0], TestContext.Current.CancellationToken);
        SpdxDocument document = SpdxDocument.Parse(bytes);
        Assert.Equal(
            Packages.OfProgram().Select(package => ($"pkg:nuget/{package.Name}@{package.Version}", HashOf(package))).Order(),
            document.Packages.Skip(1).Select(package => (package.Purl!, package.Checksum!.Value)).Order()
        );
        Assert.Equal(document.Packages.Length - 1, document.Contains.Length);

        // What the program carries along is all there, and what it does not carry is in the framework that it runs on.
        JsonElement libraries = JsonDocument
            .Parse(
                await File.ReadAllBytesAsync(
                    Path.ChangeExtension(SlipwayCommand.Compiled, ".deps.json"),
                    TestContext.Current.CancellationToken
                )
            )
            .RootElement.GetProperty("libraries");
        string[] carried =
        [
            .. libraries
                .EnumerateObject()
                .Where(library => library.Value.GetProperty("type").GetString() == "package")
                .Select(library => library.Name),
        ];
        string[] written = [.. Packages.OfProgram().Select(package => $"{package.Name}/{package.Version}")];
        Assert.Empty(carried.Except(written));
        string runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!,
            framework = runtime.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal);
        Assert.All(written.Except(carried), package =>
            Assert.True(File.Exists(Path.Combine(framework, package.Split('/')[0] + ".dll")), package)
        );
    }

    /// <summary>Of the file itself, which NuGet keeps beside what it unpacked.</summary>
    private static string HashOf(NuGetPackage package)
    {
        string id = package.Name.ToLowerInvariant(),
            home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(home, ".nuget", "packages");
        using FileStream file = File.OpenRead(Path.Combine(folder, id, package.Version, $"{id}.{package.Version}.nupkg"));
        return Convert.ToHexStringLower(SHA512.HashData(file));
    }
}
