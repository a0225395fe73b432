using System.Collections.Immutable;
using Nuke.Common;
using Slipway.Development;
using Slipway.Oci;
using Slipway.Release;
using Slipway.Reporting;
using Slipway.Spdx;
using Slipway.Trust;
using Slipway.Workflows;

namespace Slipway.Graph;

/// <summary>What these programs are made of, and the small one as its users get it.</summary>
internal sealed partial class Build
{
    [Category("Develop")]
    [Example("Package", "after a dependency changed")]
    [Example("Package --skip CompileVerify", "the list alone")]
    private Target Package =>
        _ =>
            _.Description(
                    "List what these programs are made of: docs/dependencies.md with licences, and their SBOMs in "
                        + "artifacts/; compile slipway-verify for users"
                )
                .DependsOn(CompileVerify)
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    NuGetPackages packages = new(RootDirectory);
                    ImmutableArray<NuGetPackage> programs = packages.OfPrograms(),
                        tests = packages.OfTestsAlone();
                    string versions = await File.ReadAllTextAsync(RootDirectory / "Directory.Packages.props", Stop);
                    await File.WriteAllTextAsync(
                        RootDirectory / "docs" / DependenciesDocument.FileName,
                        new DependenciesDocument(programs, tests, versions).ToString(),
                        Stop
                    );
                    report.Line(
                        $"docs/{DependenciesDocument.FileName}: {programs.Length} packages in the programs, {tests.Length} in tests alone"
                    );
                    report.Result(await WriteSbomAsync("slipway", packages.OfProgram()));
                    if (File.Exists(SbomOf(ProgramCompiler.Name)))
                        report.Result(SbomOf(ProgramCompiler.Name));
                });

    [Category("Develop")]
    [Example("CompileVerify", "for this machine")]
    [Example("CompileVerify --platforms linux/amd64", "one platform")]
    private Target CompileVerify =>
        _ =>
            _.Description(
                    "Compile slipway-verify: users verify images with it; into artifacts/slipway-verify/: for "
                        + "--platforms (default: those that this machine links programs for) and for any system with .NET; "
                        + "with SHA256SUMS, signed if a signer is given"
                )
                .Executes(async () =>
                {
                    Report report = Reporting.Report.ToConsole();
                    string folder = Directory.CreateDirectory(Path.Combine(Workspace.Artifacts, ProgramCompiler.Name)).FullName;
                    ProgramCompiler compiler = new(RootDirectory, report.Lines);
                    List<string> made = [];
                    List<NuGetPackage> runtimes = [];
                    foreach (Platform platform in CompiledPlatforms(report))
                    {
                        report.Line($"compiling {ProgramCompiler.Name} for {platform}");
                        made.Add(Path.Combine(folder, ProgramCompiler.FileOf(platform)));
                        runtimes.Add(await compiler.NativeAsync(platform, made[^1], Stop));
                    }

                    report.Line($"compiling {ProgramCompiler.Name} for any system with .NET");
                    made.Add(Path.Combine(folder, ProgramCompiler.PortableFile));
                    await compiler.PortableAsync(made[^1], Stop);
                    await WriteChecksumsAsync(folder, made);
                    CompiledProgram program = CompiledProgram.Of(ProgramCompiler.Name, await Place.FindAsync(Stop), made);
                    await program.WriteAsync(folder, Stop);
                    await WriteSbomAsync(ProgramCompiler.Name, [.. new NuGetPackages(RootDirectory).OfVerifyProgram(), .. runtimes]);
                    foreach (string file in made.Where(_ => !IsStep(nameof(CompileVerify))))
                        report.Result(file);
                });

    private IEnumerable<Platform> CompiledPlatforms(Report report)
    {
        if (Platforms.Length > 0)
            return [.. Platforms.Select(text => ParseArgument(() => Platform.Parse(text))).Distinct()];
        Platform[] all = [Platform.LinuxAmd64, Platform.LinuxArm64];
        foreach (Platform left in all.Where(platform => !ProgramCompiler.Links(platform) && platform != ProgramCompiler.Own))
            report.Line(
                $"{ProgramCompiler.Name} for {left}: left out, this machine has no linker for it. --platforms {left} says what to install"
            );
        return all.Where(platform => platform == ProgramCompiler.Own || ProgramCompiler.Links(platform));
    }

    private async Task WriteChecksumsAsync(string folder, IEnumerable<string> files)
    {
        ReleasedFile list = ChecksumList.Of(
            files.Select(file => new ReleasedFile(Path.GetFileName(file), ReleasedFile.Binary, File.ReadAllBytes(file)))
        );
        await File.WriteAllBytesAsync(Path.Combine(folder, list.Name), list.Content, Stop);
        string signature = Path.Combine(folder, ChecksumList.SignatureName);
        File.Delete(signature);
        if (!Signers.IsChosen)
            return;
        ISigner signer = await Signers.OpenAsync(Stop);
        using IDisposable? held = signer as IDisposable;
        await File.WriteAllBytesAsync(signature, (await signer.SignBlobAsync(list.Content, Stop)).Bytes, Stop);
    }

    private string SbomOf(string program) => Path.Combine(Workspace.Artifacts, $"{program}.spdx.json");

    private async Task<string> WriteSbomAsync(string name, ImmutableArray<NuGetPackage> parts)
    {
        SpdxDocument sbom = ProgramSbom.Of(
            name,
            typeof(Build).Assembly.GetName().Version!.ToString(3),
            source: null,
            TimeProvider.System.GetUtcNow(),
            parts.Select(package => package.ToPart())
        );
        string file = SbomOf(name);
        Directory.CreateDirectory(Workspace.Artifacts);
        await File.WriteAllBytesAsync(file, sbom.ToBytes(), Stop);
        return file;
    }
}
