namespace Slipway.Oci;

/// <summary>
/// Content is not what it must be: a digest or size that differs, a malformed document, a broken archive,
/// a violated contract. Trying again cannot help; nothing of the content may be kept.
/// </summary>
public class ContentException : Exception
{
    /// <param name="message">What is wrong, with what was wanted and what was got.</param>
    /// <param name="innerException">The parser's own error, when there is one.</param>
    public ContentException(string message, Exception? innerException = null)
        : base(message, innerException) { }
}
