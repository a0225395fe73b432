using System.Text.Json;

namespace Slipway.Nuke.Tests;

public sealed class SchemaTests : IDisposable
{
    private const string File = ".nuke/build.schema.json";
    private readonly TestWorkflow _run = new();

    public SchemaTests()
    {
        _run.Files.Write("build/Graph/_build.csproj", "<Project/>");
        _run.AssemblyDirectory = Directory.CreateDirectory(Path.Combine(_run.Root, "build/Graph/bin/Release")).FullName;
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public void A_run_writes_what_a_parameters_file_may_say()
    {
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show));
        using JsonDocument schema = JsonDocument.Parse(_run.Files.Read(File));
        JsonElement definitions = schema.RootElement.GetProperty("definitions");
        Assert.Equal("""["Guarded","Leak","Show","Sign"]""", Compact(definitions.GetProperty("ExecutableTarget").GetProperty("enum")));
        Assert.Equal("""["Key","Cosign"]""", Compact(definitions.GetProperty("Signer").GetProperty("enum")));
        Assert.Equal("""["Verbose","Normal","Minimal","Quiet"]""", Compact(definitions.GetProperty("Verbosity").GetProperty("enum")));
        JsonElement own = schema.RootElement.GetProperty("allOf")[0].GetProperty("properties");
        Assert.Equal("""{"type":"array","description":"Images to build","items":{"type":"string"}}""", Compact(own.GetProperty("Images")));
        Assert.Equal("""{"$ref":"#/definitions/Signer","description":"Who signs"}""", Compact(own.GetProperty("Signer")));
        Assert.Equal("integer", own.GetProperty("Limit").GetProperty("type").GetString());
        Assert.Equal("#/definitions/NukeBuild", schema.RootElement.GetProperty("allOf")[1].GetProperty("$ref").GetString());
    }

    [Theory]
    [InlineData("AcceptUnsignedUnsafe")]
    [InlineData("Root")]
    [InlineData("Help")]
    [InlineData("Plan")]
    public void What_can_only_be_typed_stands_apart_from_what_a_file_may_say(string name)
    {
        _run.Of<ParameterBuild>(x => x.Show);
        using JsonDocument schema = JsonDocument.Parse(_run.Files.Read(File));
        JsonElement definitions = schema.RootElement.GetProperty("definitions");
        Assert.False(schema.RootElement.GetProperty("allOf")[0].GetProperty("properties").TryGetProperty(name, out _));
        Assert.False(definitions.GetProperty("NukeBuild").GetProperty("properties").TryGetProperty(name, out _));
        Assert.True(definitions.GetProperty("CommandLine").GetProperty("properties").TryGetProperty(name, out _));
        Assert.DoesNotContain("definitions/CommandLine", _run.Files.Read(File), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KeyPassword")]
    [InlineData("Pin")]
    public void Secrets_stand_nowhere(string name)
    {
        _run.Variables["SLIPWAY_KEY_PASSWORD"] = "hunter2-hunter2";
        _run.Of<ParameterBuild>(x => x.Show);
        Assert.DoesNotContain($"\"{name}\"", _run.Files.Read(File), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _run.Files.Read(File), StringComparison.Ordinal);
    }

    [Fact]
    public void Same_build_same_bytes_and_an_unchanged_file_is_not_touched()
    {
        _run.Of<ParameterBuild>(x => x.Show);
        string path = Path.Combine(_run.Root, File);
        string first = _run.Files.Read(File);
        DateTime old = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        System.IO.File.SetLastWriteTimeUtc(path, old);
        _run.Of<ParameterBuild>(x => x.Show, "--jobs", "9");
        Assert.Equal(old, System.IO.File.GetLastWriteTimeUtc(path));
        System.IO.File.Delete(path);
        _run.Of<ParameterBuild>(x => x.Show);
        Assert.Equal(first, _run.Files.Read(File));
        Assert.EndsWith("}\n", first, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", first, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_out_of_date_is_mended_and_no_part_is_left()
    {
        _run.Files.Write(File, "{}");
        _run.Of<ParameterBuild>(x => x.Show);
        Assert.NotEqual("{}", _run.Files.Read(File));
        Assert.Equal([File], Directory.GetFiles(Path.Combine(_run.Root, ".nuke")).Select(x => Path.GetRelativePath(_run.Root, x)));
    }

    [Fact]
    public void A_repository_that_does_not_hold_the_builds_source_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(_run.Root, "scratch", ".nuke"));
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show, "--root", "scratch"));
        Assert.False(_run.Files.Has("scratch/" + File));
        Assert.False(_run.Files.Has(File));
    }

    [Fact]
    public void A_build_that_was_only_copied_below_the_root_is_not_its_source()
    {
        System.IO.File.Delete(Path.Combine(_run.Root, "build/Graph/_build.csproj"));
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show));
        Assert.False(_run.Files.Has(File));
    }

    [Fact]
    public void A_schema_that_cannot_be_written_is_a_warning()
    {
        Directory.CreateDirectory(Path.Combine(_run.Root, File));
        Assert.Equal(0, _run.Of<ParameterBuild>(x => x.Show));
        Assert.Contains(".nuke/build.schema.json is out of date and cannot be written", _run.Log, StringComparison.Ordinal);
    }

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
