using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;
using CliWrap;

namespace Slipway.Processes;

/// <summary>One run of a program: starts it, and ends it where it must not go on.</summary>
internal sealed class ProcessRun : IDisposable
{
    private const int FileNotFound = 2;

    /// <summary>
    /// How often, and for how long each time, an output is waited for that a descendant holds open. A machine that slept takes one turn.
    /// </summary>
    private const int Glances = 20;
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>How long the system may take to end what has to end.</summary>
    private static readonly TimeSpan EndTimeLimit = TimeSpan.FromSeconds(3);

    private readonly ChildProcess _process;
    private readonly OutputPipe _output;
    private readonly OutputPipe _errors;
    private readonly string _mark = ProcessTree.NewMark();
    private readonly CancellationTokenSource _enough = new();
    private readonly CancellationTokenSource _gentle = new();
    private readonly CancellationTokenSource _hard = new();
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ProcessTree? _tree;
    private OutputLimit? _exceeded;
    private Exception? _failure;

    public ProcessRun(ChildProcess process, Stream? output)
    {
        _process = process;
        _output = new OutputPipe(process.Output, output, e => Refuse(process.Output, e), _enough.Token);
        _errors = new OutputPipe(process.Errors, null, e => Refuse(process.Errors, e), _enough.Token);
    }

    private string Said => _process.Redact(_errors.ToString());

    /// <inheritdoc cref="ChildProcess.RunAsync(Stream?, CancellationToken)"/>
    public async Task<ProcessResult> ToEndAsync(CancellationToken cancellationToken)
    {
        Task<CommandResult> running = Start();
        using CancellationTokenSource limit = new(_process.TimeLimit, _process.Time);
        using CancellationTokenRegistration late = limit.Token.Register(() => _stop.TrySetResult());
        using CancellationTokenRegistration unwanted = cancellationToken.Register(() => _stop.TrySetResult());
        await Task.WhenAny(running, _exited.Task, _stop.Task);
        for (int i = 0; i < Glances && !running.IsCompleted && !_stop.Task.IsCompleted; i++)
            await Task.WhenAny(running, _stop.Task, Task.Delay(Glance, CancellationToken.None));
        bool stopped = !running.IsCompleted && _stop.Task.IsCompleted && await EndAsync();
        await _enough.CancelAsync();
        int? exitCode = await ExitCodeAsync(running);
        if (_failure is not null)
            ExceptionDispatchInfo.Throw(_failure);
        if (_exceeded is not null)
            throw Ended($"said more than {_exceeded.Bytes} bytes and was ended", tooSlow: false);
        if (!stopped && exitCode is not null)
            return new ProcessResult(_process.Program, exitCode.Value, _output.ToString(), Said);
        cancellationToken.ThrowIfCancellationRequested();
        throw Ended(
            "did not end "
                + $"within {(_process.TimeLimit.TotalMinutes < 2 ? $"{_process.TimeLimit.TotalSeconds:0} s" : $"{_process.TimeLimit.TotalMinutes:0} minutes")} "
                + "and was ended; run the same command again",
            tooSlow: true
        );
    }

    public void Dispose()
    {
        _enough.Dispose();
        _gentle.Dispose();
        _hard.Dispose();
    }

    private Task<CommandResult> Start()
    {
        string file = _process.Program;
        try
        {
            file = SearchPath.Find(_process.Program);
            Command command = Cli.Wrap(file)
                .WithArguments(_process.Arguments)
                .WithValidation(CommandResultValidation.None)
                .WithStandardInputPipe(
                    _process.Input is null ? PipeSource.Null : PipeSource.FromBytes(Encoding.UTF8.GetBytes(_process.Input))
                )
                .WithStandardOutputPipe(_output)
                .WithStandardErrorPipe(_errors);
            if (_process.WorkingDirectory.Length > 0)
                command = command.WithWorkingDirectory(_process.WorkingDirectory);
            return command.ExecuteAsync(Describe, Watch, _hard.Token, _gentle.Token).Task;
        }
        catch (FileNotFoundException e)
        {
            throw new ToolMissingException(_process.Program, _process.Remedy, innerException: e);
        }
        catch (Win32Exception e)
        {
            if (_process.WorkingDirectory.Length > 0 && !Directory.Exists(_process.WorkingDirectory))
                throw new DirectoryNotFoundException(
                    $"{_process.WorkingDirectory}: there is no such folder to start {_process.Program} in",
                    e
                );
            int error = e.InnerException is Win32Exception inner ? inner.NativeErrorCode : e.NativeErrorCode;
            throw new ToolMissingException(
                _process.Program,
                _process.Remedy,
                error == FileNotFound && !File.Exists(file) ? null : new Win32Exception(error).Message,
                e
            );
        }
    }

    private void Describe(ProcessStartInfo start) =>
        _process.Environment.ApplyTo(start.Environment, [.. _process.Variables, (ProcessTree.Mark, _mark)]);

    private void Watch(Process process)
    {
        _tree = new ProcessTree(process.Id, _mark);
        process.Exited += (_, _) => _exited.TrySetResult();
        // It may have ended before anybody listened.
        if (process.HasExited)
            _exited.TrySetResult();
    }

    /// <summary>Ends the program and all that it started.</summary>
    /// <returns>Whether the program itself had not ended by itself.</returns>
    private async Task<bool> EndAsync()
    {
        bool ran = !_exited.Task.IsCompleted && _tree!.RootRuns;
        if (ProcessTree.IsListed)
        {
            await _tree!.EndAsync(_process.Grace, EndTimeLimit);
            await Task.WhenAny(_exited.Task, Task.Delay(EndTimeLimit, CancellationToken.None));
        }
        else if (!OperatingSystem.IsWindows())
        {
            // Where there is no list of processes, CliWrap's own ways have to do: SIGINT here, and below SIGKILL for all that it finds.
            await _gentle.CancelAsync();
            await Task.WhenAny(_exited.Task, Task.Delay(_process.Grace, CancellationToken.None));
        }

        if (!_exited.Task.IsCompleted)
            await _hard.CancelAsync();
        return ran;
    }

    /// <summary>Null when the system could not end it, or CliWrap did.</summary>
    private async Task<int?> ExitCodeAsync(Task<CommandResult> running)
    {
        try
        {
            return (await running).ExitCode;
        }
        catch (Exception e)
            when (e is OperationCanceledException or TimeoutException && (_gentle.IsCancellationRequested || _hard.IsCancellationRequested))
        {
            return null;
        }
    }

    private void Refuse(OutputLimit limit, Exception? failure)
    {
        _failure ??= failure;
        _exceeded ??= failure is null ? limit : null;
        _stop.TrySetResult();
    }

    private ProgramException Ended(string problem, bool tooSlow) =>
        new(_process.Program, problem, ProcessResult.LastLines(Said)) { IsTooSlow = tooSlow, IsTooMuch = !tooSlow };
}
