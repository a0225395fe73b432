namespace Slipway.Engine;

/// <summary>What was to be sent cannot be read or is not what it should be; the request broke off because of that.</summary>
internal sealed class UploadException(string message, Exception innerException) : IOException(message, innerException);
