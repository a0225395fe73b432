using System.Reflection.PortableExecutable;
using Slipway.Development;
using Slipway.Oci;
using Slipway.Processes;
using Slipway.Testing;

namespace Slipway.Graph.Tests;

/// <summary>The copies with native code that the target Test makes of the programs which tests start.</summary>
public sealed class ReadyToRunCompilerTests
{
    [Fact]
    public async Task Assemblies_get_native_code_and_everything_else_is_copied()
    {
        using ScratchFolder folder = new();
        string from = Program(folder);
        File.Copy(typeof(Digest).Assembly.Location, Path.Combine(from, "Slipway.Oci.dll"));
        await File.WriteAllTextAsync(Path.Combine(from, "program.json"), "{}", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(from, "native.dll"), "no assembly", TestContext.Current.CancellationToken);

        string copy = await Compiler().CompileAsync(folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(0, NativeCode(Path.Combine(from, "Slipway.Oci.dll")));
        Assert.NotEqual(0, NativeCode(Path.Combine(copy, "Slipway.Oci.dll")));
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(copy, "program.json"), TestContext.Current.CancellationToken));
        Assert.Equal("no assembly", await File.ReadAllTextAsync(Path.Combine(copy, "native.dll"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_program_that_cannot_be_compiled_leaves_no_copy()
    {
        using ScratchFolder folder = new();
        string from = Program(folder);
        byte[] broken = await File.ReadAllBytesAsync(typeof(Digest).Assembly.Location, TestContext.Current.CancellationToken);
        // The streams of its metadata (ECMA-335, II.24.2) are gone; its headers are whole.
        using (PEReader reader = new(new MemoryStream(broken)))
            broken.AsSpan(reader.PEHeaders.MetadataStartOffset + 16, reader.PEHeaders.MetadataSize - 16).Fill(0xFF);
        await File.WriteAllBytesAsync(Path.Combine(from, "Broken.dll"), broken, TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ProgramException>(() => Compiler().CompileAsync(folder.Path, TestContext.Current.CancellationToken));

        Assert.False(Directory.Exists(Path.Combine(folder.Path, "bin", "ReadyToRun")));
    }

    private static ReadyToRunCompiler Compiler() => new(SourceTree.Root);

    private static string Program(ScratchFolder folder) =>
        Directory.CreateDirectory(Path.Combine(folder.Path, "bin", "Release", "net10.0")).FullName;

    private static int NativeCode(string file)
    {
        using PEReader reader = new(File.OpenRead(file));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size;
    }
}
