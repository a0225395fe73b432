namespace Slipway.Http;

/// <summary>
/// A file that should hold certificates or a key does not, or cannot be read. The message names it and holds nothing of it.
/// </summary>
public sealed class CertificateException(string message, Exception? innerException = null) : Exception(message, innerException);
