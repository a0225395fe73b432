namespace Slipway.Authoring;

/// <summary>What a new image's lowest layer is.</summary>
internal enum ImageBase
{
    /// <summary>One static program with a shell.</summary>
    Busybox,

    /// <summary>Debian's bash, coreutils and C library.</summary>
    Debian,

    /// <summary>Nothing: the image has its own files alone.</summary>
    Scratch,
}
