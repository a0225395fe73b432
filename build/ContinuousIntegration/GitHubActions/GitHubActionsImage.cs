namespace Nuke.Common.CI.GitHubActions;

/// <summary>A runner of GitHub's, or one's own.</summary>
public enum GitHubActionsImage
{
    [EnumValue("ubuntu-24.04")]
    Ubuntu2404,

    [EnumValue("ubuntu-22.04")]
    Ubuntu2204,

    [EnumValue("ubuntu-latest")]
    UbuntuLatest,

    [EnumValue("windows-2022")]
    WindowsServer2022,

    [EnumValue("windows-latest")]
    WindowsLatest,

    [EnumValue("macos-14")]
    MacOs14,

    [EnumValue("macos-latest")]
    MacOsLatest,

    [EnumValue("self-hosted")]
    SelfHosted,

    /// <summary>Not in NUKE: native arm64.</summary>
    [EnumValue("ubuntu-24.04-arm")]
    Ubuntu2404Arm,
}
