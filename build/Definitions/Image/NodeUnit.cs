namespace Slipway.Definitions;

/// <summary>
/// How a node is told which image to run: a systemd unit that takes the image's reference from a variable of its environment, as
/// Typhoon's kubelet does.
/// </summary>
/// <param name="Unit">As <c>kubelet.service</c>.</param>
/// <param name="Variable">As <c>KUBELET_IMAGE</c>.</param>
public sealed record NodeUnit(string Unit, string Variable);
