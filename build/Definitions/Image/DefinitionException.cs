namespace Slipway.Definitions;

/// <summary>A definition or lock of an image cannot be used as it is written; a person must change it.</summary>
public sealed class DefinitionException(string message, Exception? innerException = null) : Exception(message, innerException);
