namespace Slipway.Verification;

/// <summary>Which program verified something.</summary>
/// <param name="Name">As the page of verification summaries has it.</param>
/// <param name="Version">As <c>1.2.3</c>.</param>
/// <param name="Time">Tells when it verified.</param>
public sealed record VerifyingProgram(string Name, string Version, TimeProvider Time);
