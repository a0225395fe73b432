using Slipway.Verification;

namespace Slipway.Reporting;

/// <summary>The exit codes that a failure can give (sysexits.h): the one place where a kind of failure becomes a number.</summary>
public static class ExitCodes
{
    public static int Of(FailureKind kind) =>
        kind switch
        {
            // EX_USAGE
            FailureKind.WrongUse => 64,
            // EX_DATAERR
            FailureKind.WrongData => 65,
            // EX_UNAVAILABLE
            FailureKind.Unavailable => 69,
            // EX_TEMPFAIL
            FailureKind.TryAgain => 75,
            // EX_NOPERM
            FailureKind.Refused => 77,
            // EX_CONFIG
            FailureKind.WrongConfiguration => 78,
            _ => 1,
        };
}
