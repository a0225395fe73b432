using System.Runtime.InteropServices;
using Slipway.Oci;
using Slipway.Reporting;
using Slipway.Verification;

namespace Slipway.SlipwayVerify;

/// <summary>Verifies images for whoever runs them: the checks, words and exit codes of the target Verify, in one small program.</summary>
internal static class Program
{
    /// <summary>128 and the signal's number, as a shell tells it.</summary>
    private const int Interrupted = 130,
        Terminated = 143;

    public static async Task<int> Main(string[] arguments)
    {
        using CancellationTokenSource stop = new();
        int? signalled = null;
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupted)),
            terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Terminated));
        try
        {
            return await RunAsync(arguments, Environment.GetEnvironmentVariable, stop.Token);
        }
        catch (OperationCanceledException) when (signalled is not null)
        {
            return signalled.Value;
        }

        void Stop(PosixSignalContext context, int code)
        {
            context.Cancel = true;
            signalled = code;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(string[] arguments, Func<string, string?> environment, CancellationToken cancellationToken)
    {
        try
        {
            if (arguments is [BundleCommand.Name, .. var rest])
            {
                Console.Out.WriteLine(await new BundleCommand().RunAsync(rest, cancellationToken));
                return 0;
            }

            if (new VerifyCommand().Parse(arguments, out string text) is not { } options)
            {
                Console.Out.WriteLine(text);
                return 0;
            }

            await new VerifyRun(options, environment, Report.ToConsole()).RunAsync(cancellationToken);
            return 0;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            string line = FailureText.IsFault(e) ? FailureText.OfFault(e, "slipway-verify", "Please report it") : Printable.Line(e.Message);
            Console.Error.WriteLine($"slipway-verify: {line}");
            return ExitCodes.Of(VerificationFailure.KindOf(e));
        }
    }
}
