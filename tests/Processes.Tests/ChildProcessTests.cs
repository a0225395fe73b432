using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Testing;

namespace Slipway.Processes.Tests;

/// <summary>What a program is given, and what comes back of it.</summary>
public sealed class ChildProcessTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_outputs_and_the_exit_code_come_back_whatever_it_is()
    {
        ProcessResult result = await Shell.Running("echo said; echo first >&2; echo last >&2; exit 7").RunAsync(Stop);
        Assert.Equal(("said\n", "first\nlast\n", 7, false), (result.Output, result.Errors, result.ExitCode, result.Success));
        ProgramException e = Assert.Throws<ProgramException>(result.Require);
        Assert.Equal("/bin/sh ended with 7. Its output: first / last", e.Message);
        Assert.Equal(("/bin/sh", 7), (e.Program, e.ExitCode));
        Assert.Same("", (await Shell.Running("exit 0").RunAsync(Stop)).Require().Output);
    }

    [Fact]
    public async Task A_signal_that_ends_it_shows_in_the_exit_code() =>
        Assert.Equal(128 + 9, (await Shell.Running("kill -9 $$").RunAsync(Stop)).ExitCode);

    [Fact]
    public async Task Only_variables_that_are_allowed_or_given_reach_it()
    {
        Environment.SetEnvironmentVariable("PLANTED_SECRET", "planted");
        ProcessResult result = await (
            Shell.Running("env") with
            {
                Variables = [("LC_ALL", "C"), ("EMPTY", ""), ("SYSTEMROOT", null)],
            }
        ).RunAsync(Stop);
        string[] names = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0])];
        // PWD, OLDPWD and _ are the shell's own.
        Assert.Equal(
            ["EMPTY", "LC_ALL", "PATH", ProcessTree.Mark],
            names.Except(["PWD", "OLDPWD", "_", "SHLVL"]).Order(StringComparer.Ordinal)
        );
        Assert.Contains("EMPTY=\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_at_its_end_unless_there_is_something_to_say()
    {
        Assert.Equal("nothing", (await Shell.Running("read line || printf nothing").RunAsync(Stop)).Output);
        Assert.Equal("grüße\nzwei", (await (Shell.Running("cat") with { Input = "grüße\nzwei" }).RunAsync(Stop)).Output);
    }

    [Fact]
    public async Task A_program_need_not_read_what_it_is_told() =>
        Assert.Equal(3, (await (Shell.Running("exec 0<&-; exit 3") with { Input = new string('x', 10_000_000) }).RunAsync(Stop)).ExitCode);

    [Fact]
    public void Arguments_arrive_as_they_are()
    {
        Gen<string> text = Gen.Elements("a", " ", "\t", "\n", "\"", "'", "\\", "\\\\", "$HOME", "*", "`", "ü", "\u00a0", "-", "=")
            .ListOf()
            .Select(string.Concat);
        Prop.ForAll(text.ListOf().ToArbitrary(), arguments =>
            {
                ProcessResult result = Shell
                    .Running("printf '%s\\001' \"$#\" \"$@\"", [.. arguments])
                    .RunAsync(Stop)
                    .GetAwaiter()
                    .GetResult();
                return result.Output == string.Concat(arguments.Prepend($"{arguments.Count}").Select(argument => argument + "\u0001"));
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public async Task An_argument_that_would_be_cut_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Shell.Running("echo \"$1\"", "a\0b").RunAsync(Stop));

    [Fact]
    public async Task It_runs_where_it_is_told_to()
    {
        Assert.Equal(_folder.Path + "\n", (await (Shell.Running("pwd -P") with { WorkingDirectory = _folder.Path }).RunAsync(Stop)).Output);
        DirectoryNotFoundException e = await Assert.ThrowsAsync<DirectoryNotFoundException>(() =>
            (Shell.Running("pwd") with { WorkingDirectory = _folder.At("none") }).RunAsync(Stop)
        );
        Assert.StartsWith(_folder.At("none"), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_with_what_to_install()
    {
        ToolMissingException e = await Assert.ThrowsAsync<ToolMissingException>(() => Named("no-such-program").RunAsync(Stop));
        Assert.Equal("no-such-program: the program was not found; install the package it and run the same command again", e.Message);
        string path = _folder.At("gone");
        Assert.Equal(path, (await Assert.ThrowsAsync<ToolMissingException>(() => Named(path).RunAsync(Stop))).Tool);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_told_with_why()
    {
        string text = _folder.Write("text", "#!/bin/sh\n"),
            orphan = ProgramFile.Write(_folder.At("orphan"), "#!/no/such/interpreter\n");
        Assert.Equal("Permission denied", (await Assert.ThrowsAsync<ToolMissingException>(() => Named(text).RunAsync(Stop))).Reason);
        Assert.Equal(
            "No such file or directory",
            (await Assert.ThrowsAsync<ToolMissingException>(() => Named(orphan).RunAsync(Stop))).Reason
        );
    }

    [Fact]
    public async Task A_program_of_that_name_in_the_working_directory_is_not_it()
    {
        // The working directory of the tests, which .NET itself looks into.
        string name = $"downloaded-{Guid.NewGuid():N}",
            here = ProgramFile.Write(Path.GetFullPath(name), "#!/bin/sh\necho ran\n");
        try
        {
            await Assert.ThrowsAsync<ToolMissingException>(() => Named(name).RunAsync(Stop));
            Assert.Equal("ran\n", (await Named(here).RunAsync(Stop)).Output);
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public async Task What_is_said_on_standard_error_comes_without_secrets_and_data_as_it_is()
    {
        ProcessResult result = await (
            Shell.Running("echo s3cret; echo 'wrong: s3cret' >&2; exit 1") with
            {
                Redact = said => said.Replace("s3cret", "***", StringComparison.Ordinal),
            }
        ).RunAsync(Stop);
        Assert.Equal(("s3cret\n", "wrong: ***\n"), (result.Output, result.Errors));
        Assert.DoesNotContain("s3cret", Assert.Throws<ProgramException>(result.Require).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_run_side_by_side()
    {
        ProcessResult[] results = await Task.WhenAll(
            Enumerable
                .Range(0, 100)
                .Select(i => Shell.Running("cat; printf %s \"$1\"; exit $(($1 % 7))", $"{i}") with { Input = $"{i}:" })
                .Select(process => process.RunAsync(Stop))
        );
        Assert.Equal(Enumerable.Range(0, 100).Select(i => ($"{i}:{i}", i % 7)), results.Select(result => (result.Output, result.ExitCode)));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_text() =>
        Assert.Equal("text", (await (Shell.Running("cat") with { Input = "\ufefftext" }).RunAsync(Stop)).Output);

    private static ChildProcess Named(string program) =>
        new(program)
        {
            Environment = ProgramEnvironment.Gpgv,
            Remedy = "install the package it",
            TimeLimit = TimeSpan.FromMinutes(1),
        };
}
