namespace Slipway.Verification;

/// <summary>The two independent ways to the same image.</summary>
public enum BuildMethod
{
    /// <summary>Unpacked from locked files, with nothing executed.</summary>
    Assembled,

    /// <summary>By a Docker Engine from <c>images/NAME/Dockerfile</c>, with every maintainer script run.</summary>
    Dockerfile,
}
